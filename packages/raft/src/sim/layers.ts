import { layer as algorithm } from './algorithm/layer.ts';
import type { Layer } from './harness/layer.ts';
import { layer as system } from './system/layer.ts';

export function layerOf(number: 0 | 1): Layer {
  return number === 0 ? algorithm : system;
}
