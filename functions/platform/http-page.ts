/** Items of a page of a paged route: by default, and at most. */
export const DEFAULT_PAGE_ITEMS = 50;
export const MAX_API_PAGE_ITEMS = 200;
