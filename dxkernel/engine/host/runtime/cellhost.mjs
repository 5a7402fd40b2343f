export const cellHost = {};
