// The looks that a state is shown in. Whoever adds a language or a brand to the checkout adds it here: pictures,
// fingerprints and the questions of axe follow this list.

/** Screens in CSS pixels: a phone, the narrowest that WCAG asks for, a desk. */
export const SIZES = { phone: { width: 390, height: 844 }, small: { width: 320, height: 640 }, desk: { width: 1100, height: 860 } };
export const THEMES = ["light", "dark"];
/** English, one with long words, one from right to left. */
export const LOCALES = ["en", "de", "ar"];
export const RIGHT_TO_LEFT = ["ar", "he"];
/** The usual look, and of the six in brands.json one that is rich in the dark and one with serifs on cream. */
export const BRANDS = ["default", "midnight", "paper"];

/** What is shown unless asked otherwise. */
export const DEFAULT = { size: "phone", theme: "light", locale: "en", brand: "default" };
