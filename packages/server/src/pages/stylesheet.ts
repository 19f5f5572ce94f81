/** How the pages look. Operators change the custom properties at the top from their own stylesheet (`branding.css`). */
import { demoStyles } from './stylesheet-demo.ts';

const properties = `
:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  --ground: #f3f5f8;
  --card: #ffffff;
  --text: #171b22;
  --muted: #566070;
  --line: #dde2e9;
  --field-line: #838d9b;
  --field: #ffffff;
  --soft: #f3f5f8;
  --accent: #2453d0;
  --accent-strong: #1b42ab;
  --on-accent: #ffffff;
  --alert: #a3201b;
  --alert-soft: #fdf0ef;
  --alert-line: #efc6c3;
  --ring: #2453d0;
  --shadow: 0 1px 2px rgb(20 30 50 / 5%), 0 12px 32px -12px rgb(20 30 50 / 16%);
  --radius: 0.625rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116;
    --card: #171b22;
    --text: #e9ecf1;
    --muted: #a3adbb;
    --line: #2b323c;
    --field-line: #6d7786;
    --field: #10141a;
    --soft: #1f242d;
    --accent: #8fb1ff;
    --accent-strong: #b3caff;
    --on-accent: #0a1838;
    --alert: #ffb4ae;
    --alert-soft: #331a1a;
    --alert-line: #6a2f2d;
    --ring: #a9c2ff;
    --shadow: 0 0 0 1px #2b323c;
  }
}
`;

const frame = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; background: var(--ground); color: var(--text); font: 1rem/1.55 var(--font); overflow-wrap: break-word; }
.page { display: flex; flex-direction: column; justify-content: center; min-height: 100vh; min-height: 100dvh; width: 100%; max-width: 28rem; margin: 0 auto; padding: 2rem 1rem; }
.page-wide { max-width: 54rem; justify-content: flex-start; }
.brand { display: flex; align-items: center; justify-content: center; gap: 0.625rem; margin: 0 0 1.5rem; font-size: 1.0625rem; font-weight: 600; letter-spacing: -0.01em; }
.mark { flex: none; border-radius: 0.5rem; }
.logo { display: block; max-width: 12rem; max-height: 3rem; }
.card { background: var(--card); border-radius: 1rem; box-shadow: var(--shadow); padding: 1.75rem 1.25rem; }
.foot { margin: 1.5rem 0 0; text-align: center; font-size: 0.8125rem; color: var(--muted); }
@media (min-width: 30rem) {
  .page { padding: 3rem 1.5rem; }
  .card { padding: 2.5rem; }
}
`;

const text = `
h1 { margin: 0 0 0.375rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; text-wrap: balance; }
h2 { margin: 2.5rem 0 0.5rem; font-size: 1.125rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
p { margin: 0 0 1rem; }
h1 + p { margin-top: 0.625rem; }
h1 + .lead { margin-top: 0; }
h1 + .alert { margin-top: 1rem; }
.lead { margin-bottom: 1.5rem; color: var(--muted); }
.lead strong { color: var(--text); font-weight: 600; }
.hint { font-size: 0.8125rem; line-height: 1.5; color: var(--muted); }
.card > .hint:last-child { margin: 1.25rem 0 0; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 0.06em; }
a:hover { color: var(--accent-strong); }
code { font-family: var(--mono); font-size: 0.875em; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; border-radius: 0.25rem; }
`;

const forms = `
.fields { display: grid; gap: 1.125rem; }
.field { display: grid; gap: 0.375rem; }
label { font-size: 0.9375rem; font-weight: 550; }
input[type="text"], input[type="password"] { width: 100%; min-height: 2.875rem; padding: 0.5rem 0.75rem; border: 1px solid var(--field-line); border-radius: var(--radius); background: var(--field); color: inherit; font: inherit; }
input[type="text"]:focus-visible, input[type="password"]:focus-visible { outline: 3px solid var(--ring); outline-offset: -1px; border-color: transparent; border-radius: var(--radius); }
.check { display: flex; gap: 0.625rem; align-items: flex-start; font-weight: 400; }
.check input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0.1875rem 0 0; accent-color: var(--accent); }
.button { display: inline-flex; align-items: center; justify-content: center; width: 100%; min-height: 2.875rem; padding: 0.5rem 1.25rem; border: 1px solid transparent; border-radius: var(--radius); background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover { background: var(--accent-strong); color: var(--on-accent); }
.button:focus-visible { outline-offset: 3px; border-radius: var(--radius); }
.button-quiet { background: transparent; border-color: var(--field-line); color: var(--text); }
.button-quiet:hover { background: var(--soft); color: var(--text); }
.button-link { display: inline-block; padding: 0.25rem 0; border: 0; background: none; color: var(--accent); font: inherit; font-size: 0.9375rem; text-align: left; text-decoration: underline; text-decoration-thickness: 0.06em; text-underline-offset: 0.2em; cursor: pointer; }
.button-link:hover { color: var(--accent-strong); }
.try-code { margin: 0; padding: 0.75rem; border-radius: var(--radius); background: var(--soft); text-align: center; }
.try-code code { font-size: 1.5rem; font-weight: 650; letter-spacing: 0.06em; }
.actions { display: grid; gap: 0.75rem; margin: 1.5rem 0 0; }
.actions form, .card > form:last-child { text-align: center; }
.card > form:last-child { margin-bottom: -0.5rem; }
.below { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; justify-content: center; margin: 1.5rem 0 0; }
.alert { margin: 0 0 1.25rem; padding: 0.75rem 0.875rem; border: 1px solid var(--alert-line); border-radius: var(--radius); background: var(--alert-soft); color: var(--alert); font-size: 0.9375rem; }
.alert .hint { display: block; color: inherit; }
@media (forced-colors: active) {
  .button { border-color: ButtonText; }
  .card { border: 1px solid CanvasText; }
}
`;

const lists = `
.ways { display: grid; gap: 0.625rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.way { display: flex; align-items: center; gap: 0.875rem; height: 100%; min-height: 3.25rem; padding: 0.5rem 0.875rem; border: 1px solid var(--line); border-radius: var(--radius); color: var(--text); font-weight: 550; text-decoration: none; }
.way:hover { border-color: var(--field-line); background: var(--soft); color: var(--text); }
.way:focus-visible { border-radius: var(--radius); }
.way-mark { flex: none; display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 0.5rem; background: var(--soft); color: var(--accent); font-weight: 650; }
.way:hover .way-mark { background: var(--card); }
.way-name { flex: 1; min-width: 0; line-height: 1.35; overflow-wrap: anywhere; }
.way-note { flex: none; font-size: 0.8125rem; font-weight: 400; color: var(--muted); }
.way-picture, .way:hover .way-picture { background: #ffffff; box-shadow: 0 0 0 1px var(--line); }
.way-picture img { display: block; width: 1.5rem; height: 1.5rem; object-fit: contain; }
.glyph { display: block; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.glyph .full { fill: currentColor; stroke: none; }
.glyph .thick { stroke-width: 3.5; stroke-linecap: butt; }
.ways-many { grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); }
.ways-many .way { min-height: 2.875rem; padding: 0.375rem 0.75rem; gap: 0.75rem; font-size: 0.9375rem; }
.finder { margin: 0 0 1.5rem; }
.finder-row { display: grid; gap: 0.625rem; }
.finder-outcome { margin: 0.75rem 0 0; font-size: 0.9375rem; color: var(--muted); overflow-wrap: anywhere; }
.finder-outcome strong { color: var(--text); font-weight: 600; }
@media (min-width: 30rem) {
  .finder-row { grid-template-columns: 1fr auto; }
  .page-wide .finder { max-width: 32rem; }
}
.wishes { margin: 0 0 0.5rem; padding: 0; list-style: none; }
.wishes li { position: relative; padding: 0.5rem 0 0.5rem 1.75rem; border-top: 1px solid var(--line); }
.wishes li:first-child { border-top: 0; }
.wishes li::before { content: ""; position: absolute; left: 0.3125rem; top: 0.8rem; width: 0.375rem; height: 0.6875rem; border: solid var(--accent); border-width: 0 2px 2px 0; transform: rotate(42deg); }
.links { margin: 1.75rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); list-style: none; font-size: 0.9375rem; }
.links li { padding: 0.1875rem 0; }
.reference { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; margin: 1.75rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--line); font-size: 0.875rem; }
.reference dt { color: var(--muted); font-size: 0.8125rem; }
.reference dd { margin: 0; }
`;

export const stylesheet = [properties, frame, text, forms, lists, demoStyles].join('');
