/** Putting an answer together from its chunks: the same code in the browser and in a cluster node. */
export {
  type AnswerEnd,
  type AssembledMessage,
  assembleChunk,
  assembleChunks,
  describeProtocolError,
  EMPTY_MESSAGE,
  textOfParts,
  type UiChunk,
  withChunk,
} from './assemble-message.ts';
export { chunksOfParts } from './chunks-of-parts.ts';
export {
  isObject,
  type JsonObject,
  mergeInto,
  mergeObjects,
  optional,
  stringField,
} from './fields.ts';
export { isNestedTooDeep } from './json-depth.ts';
export {
  type CustomPart,
  type DataPart,
  type FilePart,
  isDataPart,
  isToolPart,
  type ReasoningPart,
  type SourceDocumentPart,
  type SourceUrlPart,
  type SteeringPart,
  type StepStartPart,
  type TextPart,
  type ToolApproval,
  type ToolPart,
  type ToolState,
  toolNameOf,
  type UiPart,
} from './parts.ts';
export { isUiPart, partsOf } from './parts-of-message.ts';
export {
  parseSdkVersion,
  projectChunk,
  SDK_VERSION_DEFAULT,
  type SdkVersion,
} from './project-chunk.ts';
export { withPartialInputs } from './tool-chunks.ts';
