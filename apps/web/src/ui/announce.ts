/**
 * Says something to screen readers, politely, without showing it. Never a secret: a password is read only when focused.
 */
export function announce(text: string): void {
  let region = document.getElementById('announcer');
  if (!region) {
    region = document.createElement('div');
    region.id = 'announcer';
    region.className = 'sr';
    region.setAttribute('role', 'status');
    document.body.append(region);
  }
  // The same sentence twice is only spoken twice when the region was empty in between.
  region.textContent = '';
  setTimeout(() => {
    if (region) region.textContent = text;
  }, 50);
}
