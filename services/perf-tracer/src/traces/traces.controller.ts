import { Controller, Param } from '@nestjs/common';
import {
  deleteFinishedTraces,
  type FinishedTrace,
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
  list(@Param(new FastApiPipe('path', TagParams)) { trace_tag }: TagParams): Promise<FinishedTrace[]> {
    return this.traces.finished(trace_tag);
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
