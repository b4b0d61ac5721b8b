/** Lines as Amazon Reviews 2023 has them, of products that there are not. */

export const shown = (url: string, variant = 'MAIN', sizes = ['thumb', 'large', 'hi_res']) => ({
  thumb: sizes.includes('thumb') ? `${url}?thumb` : '',
  large: sizes.includes('large') ? `${url}?large` : '',
  variant,
  hi_res: sizes.includes('hi_res') ? `${url}?hi_res` : null,
});

export const meta = (id: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  main_category: 'Appliances',
  title: `Product ${id}`,
  average_rating: 4.3,
  rating_number: 384,
  features: ['Fits most ovens', 'Dishwasher safe'],
  description: ['A knob.', 'Of steel.'],
  price: 12.99,
  images: [],
  videos: [],
  store: 'Knobs & Co.',
  categories: ['Appliances', 'Parts & Accessories', 'Knobs'],
  details: { Brand: 'Knobs & Co.', 'Item Weight': '2 ounces' },
  parent_asin: id,
  bought_together: null,
  ...fields,
});

export const review = (parent: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  rating: 5.0,
  title: 'Just what I was looking for',
  text: 'It fits.',
  images: [],
  asin: `${parent}-V1`,
  parent_asin: parent,
  user_id: 'AEXAMPLE',
  timestamp: 1588687728923,
  helpful_vote: 0,
  verified_purchase: true,
  ...fields,
});

export const sent = (url: string) => ({
  small_image_url: `${url}?small`,
  medium_image_url: `${url}?medium`,
  large_image_url: `${url}?large`,
  attachment_type: 'IMAGE',
});

export const lines = (...values: readonly unknown[]): string =>
  `${values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')}\n`;
