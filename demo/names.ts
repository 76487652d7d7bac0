import type { Random } from './random.ts';

/** Invented companies: none of these names is meant to be that of a real one. */
const FIRST =
  'Alder Amber Arbor Ashgrove Basalt Beacon Birchway Bluefern Bramble Bright Brindle Cinder Clearbrook Cobalt Copperline Coral Crestfall Dawnridge Delta Driftwood Dunmore Eastlake Elmfield Ember Evergreen Fairhaven Falcon Fernhill Flint Foxglove Garnet Glenrock Goldleaf Granite Greyfield Harborview Hawthorn Hazel Highmoor Hollow Indigo Ironbark Ivory Jasper Juniper Keystone Kestrel Lakemont Larkspur Laurel Lindenhall Lumen Maplewood Marlow Meridian Millbrook Mistral Moonstone Northbay Oakhurst Obsidian Onyx Orchard Osprey Pebble Pinecrest Quartz Quillon Ravenna Redstone Ridgeway Riverbend Rowan Saffron Sagebrush Sandpiper Silverline Slate Sparrow Stonegate Summerset Sycamore Tamarack Terrace Thornbury Tidewater Timber Topaz Umbra Valewood Verdant Vesper Westmark Whitecap Willowmere Windrose Wolfden Yarrow Zephyr'.split(
    ' ',
  );
const TRADES: readonly (readonly [industry: string, words: readonly string[]])[] = [
  ['Manufacturing', ['Manufacturing', 'Industries', 'Machine Works', 'Robotics', 'Components']],
  ['Financial services', ['Capital', 'Insurance', 'Bank', 'Payments', 'Mutual']],
  ['Healthcare', ['Health', 'Medical', 'Pharma', 'Diagnostics', 'Care Partners']],
  ['Retail', ['Retail', 'Stores', 'Outfitters', 'Market', 'Home Goods']],
  ['Technology', ['Software', 'Systems', 'Networks', 'Data', 'Cloud']],
  ['Logistics', ['Logistics', 'Freight', 'Shipping', 'Airways', 'Rail']],
  ['Energy', ['Energy', 'Power', 'Utilities', 'Solar', 'Petroleum']],
  ['Media', ['Media', 'Studios', 'Publishing', 'Broadcasting', 'Games']],
];

export interface CompanyName {
  readonly name: string;
  readonly industry: string;
  /** First part of its address under the reserved domain `.example`. */
  readonly slug: string;
}

/** Names never repeat: beyond the first round a region of the world is appended. */
export const nameFactory = (random: Random): (() => CompanyName) => {
  const used = new Set<string>();
  const suffixes = ['', ' Group', ' International', ' Partners', ' Holdings', ' Worldwide', ' Nordic', ' Pacific', ' Atlantic', ' Central'];
  return () => {
    for (let attempt = 0; ; attempt += 1) {
      const [industry, words] = random.pick(TRADES);
      const name = `${random.pick(FIRST)} ${random.pick(words)}${suffixes[Math.min(attempt, suffixes.length - 1)] ?? ''}`;
      if (used.has(name)) continue;
      used.add(name);
      return { name, industry, slug: name.toLowerCase().replaceAll(/[^a-z]+/g, '-') };
    }
  };
};
