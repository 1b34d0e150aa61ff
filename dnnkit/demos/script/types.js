// What Python sends, as JSDoc types; dnnkit/demos/demo.py and canvas.py write it.

/**
 * One mark of a picture; its further fields depend on its kind.
 * @typedef {{kind: string, show?: [number, number], arrays?: string[], [field: string]: any}} Mark
 *
 * One picture: axes, limits and marks. Widths and heights are in CSS pixels.
 * @typedef {{title: string, alt?: string, width: number, height: number, axes: boolean, equal?: boolean,
 *   xlim: [number, number], ylim: [number, number], xlog?: boolean, ylog?: boolean, xlabel?: string, ylabel?: string,
 *   scrub?: [number, number] | null, picks?: boolean, hover?: string[], spots?: [number, number, string | string[]][],
 *   marks: Mark[]}} Panel
 *
 * @typedef {{title: string, head: string[], rows: (string | number)[][]}} Table
 *
 * One control; its further fields depend on its kind.
 * @typedef {{kind: string, name: string, label: string, help?: string, local?: boolean,
 *   only?: [string, any[]] | null, more?: boolean, [field: string]: any}} Control
 *
 * @typedef {{text: string, options: string[], then: string}} Question
 *
 * Sent once.
 * @typedef {{title: string, uid: string, controls: Control[], presets: string[], keys: [string, string, string][],
 *   keyed: number, runs: boolean, beat: number, picture_first: boolean, tall: boolean, actions: [string, string][],
 *   question: Question | null, answered?: boolean}} Spec
 *
 * Sent after each change.
 * @typedef {{panels: Panel[], says: string, sentences?: string[], steps?: number, note: string, code: string,
 *   done: number, values: Record<string, any>, set: Record<string, any>, table?: Table, tables?: Table[]}} State
 *
 * The part of anywidget's model that is used.
 * @typedef {{get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void,
 *   on: (event: string, call: () => void) => void, off: (event: string, call: () => void) => void}} Model
 */

export {};
