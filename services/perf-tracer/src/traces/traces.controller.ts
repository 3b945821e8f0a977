import { Readable } from 'node:stream';
import { Controller, Param, StreamableFile } from '@nestjs/common';
import {
  deleteFinishedTraces,
  listFinishedTraces,
  listTraceTags,
  summarizeTraces,
  TagParams,
  type TraceSummary,
} from '@tracelab/contracts/perf-tracer';
import { Route } from '@tracelab/service-kit';
import { FastApiPipe } from '../fastapi/fastapi.pipe.ts';
import { TracesService } from './traces.service.ts';

@Controller()
export class TracesController {
  constructor(private readonly traces: TracesService) {}

  @Route(listTraceTags)
  tags(): Promise<string[]> {
    return this.traces.tags();
  }

  @Route(listFinishedTraces)
  async list(@Param(new FastApiPipe('path', TagParams)) { trace_tag }: TagParams): Promise<StreamableFile> {
    const json = Readable.from(await this.traces.finished(trace_tag), { objectMode: false });
    return new StreamableFile(json, { type: 'application/json; charset=utf-8' });
  }

  @Route(summarizeTraces)
  summary(@Param(new FastApiPipe('path', TagParams)) { trace_tag }: TagParams): Promise<TraceSummary> {
    return this.traces.summary(trace_tag);
  }

  @Route(deleteFinishedTraces)
  remove(@Param(new FastApiPipe('path', TagParams)) { trace_tag }: TagParams): Promise<void> {
    return this.traces.deleteFinished(trace_tag);
  }
}
