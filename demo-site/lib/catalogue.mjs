// What the shop sells. Prices go to the edge once, when the store is made; no page of the shop can change them.

export const STORE_NAME = "Paper Boat Studio";

export const TIPS = { enabled: true, currency: "EUR", minimum: "1.00", maximum: "500.00" };

export const CATALOGUE = [
  {
    slug: "halyard",
    name: "Halyard",
    description: "A monoline typeface drawn as one length of rope: four weights, 412 glyphs, desktop and web.",
    price: { amount: "49.00", currency: "USD" },
    file: { name: "halyard-specimen.svg", type: "image/svg+xml", art: "halyard.svg" },
  },
  {
    slug: "low_water",
    name: "Low Water",
    description: "Forty-two field recordings of an estuary between tides. 96 kHz stereo, cleared for any use.",
    price: { amount: "18.50", currency: "USD" },
    file: { name: "low-water-01.wav", type: "audio/wav" },
  },
  {
    slug: "tideline",
    name: "Tideline",
    description: "One hundred and eighty icons on a 24 px grid, drawn with one stroke and no opinions.",
    price: { amount: "24.00", currency: "USD" },
    file: { name: "tideline-icons.svg", type: "image/svg+xml", art: "tideline.svg" },
  },
  {
    slug: "folding_guide",
    name: "The Folding Guide",
    description: "Eleven boats from one sheet of paper, each in fewer than twenty folds. PDF, 32 pages.",
    price: { amount: "9.00", currency: "EUR" },
    file: { name: "the-folding-guide.svg", type: "image/svg+xml", art: "folding.svg" },
  },
];
