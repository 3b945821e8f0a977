import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  type ActiveTrace,
  ActiveTraceQuery,
  AddStep,
  addStep,
  AddSteps,
  addSteps,
  deleteActiveTrace,
  endTrace,
  listActiveTraces,
  startTrace,
  type StepAdded,
  type StepsAdded,
  TagParams,
  type TraceEnded,
  TraceRef,
  type TraceStarted,
} from '@tracelab/contracts/perf-tracer';
import { Route } from '@tracelab/service-kit';
import { FastApiPipe } from '../fastapi/fastapi.pipe.ts';
import { TracesService } from './traces.service.ts';

@Controller()
export class TracingController {
  constructor(private readonly traces: TracesService) {}

  @Route(startTrace)
  start(@Body(new FastApiPipe('body', TraceRef)) ref: TraceRef): Promise<TraceStarted> {
    return this.traces.start(ref);
  }

  @Route(addStep)
  step(@Body(new FastApiPipe('body', AddStep)) step: AddStep): Promise<StepAdded | TraceEnded> {
    return this.traces.step(step);
  }

  @Route(addSteps)
  steps(@Body(new FastApiPipe('body', AddSteps)) batch: AddSteps): Promise<StepsAdded | TraceEnded> {
    return this.traces.steps(batch);
  }

  @Route(endTrace)
  end(@Body(new FastApiPipe('body', TraceRef)) ref: TraceRef): Promise<TraceEnded> {
    return this.traces.end(ref);
  }

  @Route(listActiveTraces)
  active(): Promise<ActiveTrace[]> {
    return this.traces.active();
  }

  @Route(deleteActiveTrace)
  dropActive(
    @Param(new FastApiPipe('path', TagParams)) { trace_tag: tag }: TagParams,
    @Query(new FastApiPipe('query', ActiveTraceQuery)) { trace_id: id }: ActiveTraceQuery,
  ): Promise<void> {
    return this.traces.dropActive({ tag, id });
  }
}
