// Colours, lines and sizes that all pictures share. Series are told apart by colour and by dashes.

export const COLOURS = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"];
export const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4], [6, 2, 2, 2, 2, 2]];
export const GREY = "#767676";
export const INK = "#222222";
export const PAPER = "#ffffff";
export const FONT = "12px system-ui, sans-serif";
export const MARGIN = { left: 50, right: 12, top: 10, bottom: 40 };
