// Nothing depends on this file: it only keeps an impatient second click from being sent.
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
