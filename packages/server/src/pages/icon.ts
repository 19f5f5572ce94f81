/** The mark of the house, for the tab and beside the name. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2453d0"/><path fill="#fff" d="M7.5 24.5v-15h3.4v2.2h3.4V9.5h3.4v2.2h3.4V9.5h3.4v15h-5v-3.7a3.5 3.5 0 0 0-7 0v3.7z"/></svg>\n`;
