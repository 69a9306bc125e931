// From what the page asked for to the address of the frame. Never carries a price of a product: the edge knows those.

export interface Options {
  product?: string | null;
  invoice?: string | null;
  amount?: string | number | null;
  currency?: string | null;
  reference?: string | null;
  locale?: string | null;
  theme?: string | null;
}

/** The names of `Options`: attributes of `<groat-checkout>`, and with `data-groat-` before them of any element. */
export const NAMES = ["product", "invoice", "amount", "currency", "reference", "locale", "theme"] as const;

/** Where the script tag says that the edge is, and whose store this is. */
export interface Source {
  edge: string;
  key: string | undefined;
}

/** The options that stand on `element` as attributes. */
export function optionsOf(element: Element, prefix = ""): Options {
  const options: Options = {};
  for (const name of NAMES) options[name] = element.getAttribute(prefix + name);
  return options;
}

/** The address of the frame. Throws a TypeError that says what is missing. */
export function addressOf({ edge, key }: Source, options: Options, embed: string): string {
  const { product, invoice, amount, currency } = options;
  const known = product || invoice;
  const id = known || (amount && currency && key);
  // An id is letters, digits and `_`: nothing that could lead to another page of the edge.
  if (!/^[a-z]+_\w+$/.test(id + "")) throw TypeError("Groat: needs product, invoice, or amount and currency");
  const query = new URLSearchParams({ embed, origin });
  for (const name of NAMES.slice(known ? 4 : 2)) if (options[name]) query.set(name, options[name] + "");
  return edge + (product || !invoice ? "/pay/" : "/i/") + id + "?" + query;
}
