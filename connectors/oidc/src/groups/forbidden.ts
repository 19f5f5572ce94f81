/** What it means that a directory of groups answers with status 403; in the log behind its address. */
export const forbidden =
  'does not let this application read groups (status 403); see the page of the connector for the right that it needs';
