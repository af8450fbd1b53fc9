// Runs before the first paint, so that a dark screen never flashes white. A file, since the page allows no inline script.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('tenon.color-scheme')
  } catch {}
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
