/** Of the report; colours follow what the reader's system prefers. */
export const STYLE = `
:root { --ink: #1c2330; --dim: #5b6575; --paper: #ffffff; --line: #d8dde6; --soft: #f3f5f9;
  --acks: #2563a8; --latency: #b4540a; --good: #176a3a; --bad: #b3261e; --doubt: #8a5a00;
  --process: #b3261e; --mesh: #6b3fa0; --client: #0f766e; --postgres: #2563a8; --agents: #a0348c; --disk: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --dim: #9aa5b8; --paper: #12161d; --line: #2e3644;
  --soft: #1a202a; --acks: #6fb1ff; --latency: #ffab66; --good: #6ddc98; --bad: #ff8a80; --doubt: #f0c060;
  --process: #ff8a80; --mesh: #c3a0ff; --client: #5fd6c8; --postgres: #6fb1ff; --agents: #f09fe0; --disk: #f0c060; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { color: var(--dim); margin: .25rem 0 .75rem; } code { background: var(--soft); padding: .1rem .3rem; border-radius: 4px; }
.outcome { font-size: 1rem; padding: .15rem .6rem; border-radius: 999px; border: 1px solid currentColor; vertical-align: middle; }
.held { color: var(--good); } .violated { color: var(--bad); font-weight: 600; } .invalid { color: var(--doubt); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--dim); font-weight: 500; } th, td { padding: .35rem .6rem .35rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); } td ul { margin: .25rem 0; padding-left: 1.1rem; } td h2 { display: none; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--dim); padding: 0; list-style: none; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; vertical-align: -1px; }
`;
