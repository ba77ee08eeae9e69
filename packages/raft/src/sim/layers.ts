import { LAYER_1 } from './l1/layer-1.ts';
import type { Layer } from './layer.ts';
import { LAYER_0 } from './layer-0.ts';

export function layerOf(number: 0 | 1): Layer {
  return number === 0 ? LAYER_0 : LAYER_1;
}
