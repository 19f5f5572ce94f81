/** The looks of the page that explains a token; part of the one stylesheet. */
export const demoStyles = `
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 0 0 0.5rem; padding: 0; list-style: none; }
.facts li { padding: 0.375rem 0.75rem; border-radius: 1rem; background: var(--soft); font-size: 0.875rem; }
.claims { margin: 1rem 0 0; border-top: 1px solid var(--line); }
.claim { display: grid; gap: 0.25rem; padding: 0.875rem 0; border-bottom: 1px solid var(--line); }
.claim dt { min-width: 0; font-family: var(--mono); font-size: 0.875rem; font-weight: 600; overflow-wrap: anywhere; }
.claim dd { margin: 0; min-width: 0; }
.claim .value { font-family: var(--mono); font-size: 0.875rem; overflow-wrap: anywhere; }
.claim .why { color: var(--muted); font-size: 0.875rem; }
.groups { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0; padding: 0; list-style: none; }
.groups li { padding: 0.125rem 0.5rem; border: 1px solid var(--line); border-radius: 0.375rem; }
.token, .json { margin: 0.75rem 0 0; padding: 1rem; border-radius: var(--radius); background: var(--soft); font-family: var(--mono); font-size: 0.8125rem; line-height: 1.6; overflow-wrap: anywhere; white-space: pre-wrap; }
.token .part-header { color: var(--muted); }
.token .part-payload { color: var(--accent); }
details { margin: 1rem 0 0; }
summary { cursor: pointer; font-weight: 550; }
.sign-out { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 2rem 0 0; padding: 1.5rem 0 0; border-top: 1px solid var(--line); }
.sign-out .button { width: auto; }
@media (min-width: 40rem) {
  .claim { grid-template-columns: 11rem minmax(0, 1fr); column-gap: 1.5rem; }
  .claim dt { grid-row: span 2; }
}
`;
