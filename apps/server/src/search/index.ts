// One box that finds, and views that are kept.
// It owns the search over everything, and saved views.
// It shows nothing that a list would not show.
export { searchEndpoints } from './search.endpoints.ts';
