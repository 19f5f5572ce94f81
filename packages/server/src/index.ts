/**
 * The server: HTTP, pages, the steps of a sign-in, and the OpenID provider.
 *
 * It owns everything between a socket and the rules. It must not know how anything is stored, nor any connector.
 */
export { type AppOptions, createApp } from './app.ts';
export { callbackUrl, connectorUrl, signedOutUrl } from './connectors/callback-url.ts';
export type { Connectors, OpenConnector } from './connectors/open-connector.ts';
export { type Housekeeping, keepHouse } from './health/housekeeping.ts';
export { readIssuer } from './http/issuer.ts';
export { type LogDestination, openLog } from './log/open-log.ts';
export { type OpenApp, type OpenAppOptions, openApp } from './open-app.ts';
export { Outgoing, type OutgoingOptions } from './outgoing/outgoing.ts';
export { type RunningServer, type StartOptions, startServer } from './server.ts';
export { openTryApp, type TryAppOptions } from './try/try-app.ts';
export { tryAddress } from './try/try-room.ts';
