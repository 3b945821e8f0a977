/** Source in, source with reporting functions out: the rewriter, without hooks or runtime. */
export { AlreadyRewritten, type FunctionSite, planRewrite, type RewritePlan, type SkippedFunction } from './rewrite.ts';
export { applyEdits, type Edit, numberFunctions, type UnnumberedText } from './edits.ts';
export { Columns } from './columns.ts';
export { SourceUnreadable, type SourceKind } from './parse.ts';
