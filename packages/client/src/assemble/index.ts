/** Putting an answer together from its chunks: the same code in the browser and in a cluster node. */
export {
  type AnswerEnd,
  type AssembledMessage,
  assembleChunk,
  assembleChunks,
  EMPTY_MESSAGE,
  textOfParts,
  type UiChunk,
} from './assemble-message.ts';
export { isToolPart, type ToolPart, type UiPart } from './parts.ts';
