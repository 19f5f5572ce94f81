/** What Gatehouse loads: the definition of this connector, as the default export. */
import { defineConnector } from '@gatehouse/connector-kit';
import { config } from './config.ts';
import { PeopleConnector } from './connector.ts';
import { PeopleApi } from './people-api.ts';

export default defineConnector({
  kit: 1,
  type: 'people-api',
  title: 'People API',
  config,
  // Gatehouse asks public addresses over HTTPS, and beyond that only what the operator wrote.
  http: ({ url }) => ({ urls: [url] }),
  // Only puts things together. The upstream may be down now, and Gatehouse starts all the same.
  open: (config, host) => new PeopleConnector(config, host, new PeopleApi(config, host)),
});
