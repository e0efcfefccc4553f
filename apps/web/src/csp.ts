/**
 * The nonce of this page, from `<meta property="csp-nonce">`; undefined when the page came without one.
 * Browsers hide the attribute from scripts that read it as text, so it is read as a property.
 */
export const nonce: string | undefined =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;

if (nonce) {
  // The scroll lock under dialogs inserts a <style> and knows nothing of our nonce: every style element gets it at birth.
  const make = document.createElement.bind(document);
  document.createElement = (tag: string, options?: ElementCreationOptions) => {
    const element = make(tag, options);
    if (tag === 'style') element.nonce = nonce;
    return element;
  };
}
