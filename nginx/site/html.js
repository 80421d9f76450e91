// The one place that joins htm's templates with Preact.
import { h, render, Component } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);
export { h, render, Component };
export { useState, useEffect, useLayoutEffect, useMemo, useRef, useCallback, useId } from 'preact/hooks';
