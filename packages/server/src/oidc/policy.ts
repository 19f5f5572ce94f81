/** When a person is asked for something, in this order: an account, a sign-in, consent, a click. */
import type { Client } from '@gatehouse/core';
import { interactionPolicy } from 'oidc-provider';
import { confirmPrompt } from './confirm-prompt.ts';
import { consentPrompt } from './consent-prompt.ts';
import { loginPrompt } from './login-prompt.ts';

export function policy(clients: ReadonlyMap<string, Client>): interactionPolicy.Prompt[] {
  return [
    new interactionPolicy.Prompt({ name: 'select_account', requestable: true }),
    loginPrompt(),
    consentPrompt(clients),
    confirmPrompt(clients),
  ];
}
