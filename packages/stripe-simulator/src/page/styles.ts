/** The style of every page: light and dark, narrow and wide, without anything loaded from anywhere. */
export const css = `
:root { color-scheme: light dark; --ink: #1a1f36; --soft: #5b6478; --paper: #ffffff; --ground: #f4f6fb;
  --line: #d8dee9; --accent: #4b45d6; --on-accent: #ffffff; --alarm: #b3123b; --alarm-ground: #fdeef2 }
@media (prefers-color-scheme: dark) { :root { --ink: #eef1f8; --soft: #a9b2c6; --paper: #1b2030; --ground:
  #12151f; --line: #333b51; --accent: #8d88ff; --on-accent: #12151f; --alarm: #ff9db4; --alarm-ground: #3a1a25
  } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
  background: var(--ground) }
.banner { margin: 0; padding: .4rem 1rem; text-align: center; font-size: .85rem; background: var(--accent);
  color: var(--on-accent) }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; display: grid; gap: 1.5rem;
  grid-template-columns: minmax(0, 1fr) }
@media (min-width: 50rem) { main { grid-template-columns: 1fr 1.15fr; padding-top: 3rem; align-items: start }
  main.single, main:has(> .single) { grid-template-columns: minmax(0, 30rem); justify-content: center } }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; padding: 1.5rem }
h1 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .75rem } h2 { font-size: 1rem; margin: 0 0 .5rem }
.amount { font-size: 2.2rem; font-weight: 700; letter-spacing: -.02em; margin: 0 0 1rem }
.soft { color: var(--soft); margin: 0 0 .75rem; font-size: .92rem }
ul { list-style: none; margin: 0; padding: 0 }
.items li { display: flex; justify-content: space-between; gap: 1rem; padding: .75rem 0; border-top: 1px solid
  var(--line) }
.items li > :first-child { min-width: 0; overflow-wrap: anywhere } .items li > :last-child { white-space: nowrap }
.items .soft { margin: 0 }
.sum { font-weight: 700 }
a { color: var(--accent) }
fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: .9rem }
legend { font-weight: 650; padding: 0; margin-bottom: .6rem }
label { display: grid; gap: .25rem; font-size: .9rem; font-weight: 550 }
input[type=text], input[type=email], input:not([type]) { font: inherit; font-weight: 400; color: inherit;
  background: var(--ground); width: 100%; padding: .65rem .8rem; border: 1px solid var(--line); border-radius:
  .6rem; min-height: 2.9rem }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem }
.choice { display: flex; grid-template-columns: auto; align-items: center; gap: .6rem; font-weight: 450 }
button, .button { font: inherit; font-weight: 650; display: block; width: 100%; padding: .8rem 1rem;
  min-height: 2.9rem; border: 1px solid var(--accent); border-radius: .6rem; background: var(--accent); color:
  var(--on-accent); cursor: pointer; text-align: center; text-decoration: none }
button.quiet { background: transparent; color: var(--accent) }
form + form, .stack > * + * { margin-top: 1rem }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.alert { border: 1px solid var(--alarm); background: var(--alarm-ground); color: var(--alarm); border-radius:
  .6rem; padding: .7rem .9rem; margin: 0 0 1rem }
details { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1rem }
summary { cursor: pointer; font-weight: 650 }
.cards a { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .55rem
  .25rem; border-top: 1px solid var(--line); text-decoration: none; color: inherit }
.cards a:hover { color: var(--accent) } .cards code { font: .88rem ui-monospace, Menlo, Consolas, monospace;
  white-space: nowrap }
`
