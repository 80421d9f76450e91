// The one place that joins htm's templates with Preact.
import { h, render, Component } from './vendor/preact.js';
import htm from './vendor/htm.js';

export const html = htm.bind(h);
export { h, render, Component };
export { useState, useEffect, useLayoutEffect, useMemo, useRef, useCallback, useId } from './vendor/hooks.js';
