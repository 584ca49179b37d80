// Nothing depends on this file. It keeps an impatient second click from being sent,
// shows where in the menu one is, keeps figures up to date, and prints.
addEventListener('submit', ({ target }) => {
  for (const button of target.querySelectorAll('button')) {
    // Disabling at once would take the button's own name and value out of what is sent.
    setTimeout(() => {
      button.disabled = true
    })
    button.setAttribute('aria-busy', 'true')
  }
})

// A page that is come back to is as it was left: its buttons must work again.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button[aria-busy]')) {
    button.disabled = false
    button.removeAttribute('aria-busy')
  }
})

// On a narrow screen the menu scrolls, and where one is may be out of sight.
document.querySelector('.menu [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })

// Figures that change by themselves: the page is read again, and what is marked takes the place of what was there.
const live = document.querySelectorAll('[data-live]')
const refresh = async () => {
  if (document.hidden) return
  const response = await fetch(location.href).catch(() => undefined)
  if (response?.ok !== true || response.redirected) return
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  for (const part of live) part.replaceChildren(...(page.getElementById(part.id)?.childNodes ?? part.childNodes))
}
if (live.length > 0) setInterval(() => void refresh(), 4000)

// A page that is to be printed says so only where that can be done.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}
