#!/usr/bin/env node
import '@tracelab/agent/cli';
