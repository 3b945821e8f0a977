import { useState } from 'react';
import { durationText, percentText, rateText } from '../../model/duration-text.ts';
import {
  edgeId,
  type MapEdge,
  type MapNode,
  NODE_HEIGHT,
  NODE_WIDTH,
  type ServiceMap,
} from '../../model/map-layout.ts';
import { hueStyle } from '../../parts/service-mark.tsx';
import { pageLocation } from '../../url/page-location.ts';
import { edgePath, type EdgePath } from './edge-path.ts';

interface ServiceGraphProps {
  readonly map: ServiceMap;
  readonly chosen: string;
}

/** Boxes and arrows. The table beside it says the same in words, so this is for eyes and mouse alone. */
export function ServiceGraph({ map, chosen }: ServiceGraphProps) {
  const [hovered, setHovered] = useState('');
  const places = new Map(map.nodes.map(node => [node.name, node]));
  const busiest = map.edges.reduce((most, { callsPerSecond }) => Math.max(most, callsPerSecond), 0);
  const drawn = map.edges.flatMap(edge => {
    const [from, to] = [places.get(edge.parent), places.get(edge.child)];
    return from === undefined || to === undefined ? [] : [{ edge, id: edgeId(edge), path: edgePath(from, to) }];
  });
  const labelled = drawn.find(({ id }) => id === (hovered === '' ? chosen : hovered));
  return (
    <div className="service-graph">
      <svg viewBox={`0 0 ${map.width} ${map.height}`} style={{ maxWidth: map.width }} aria-hidden>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0.5 8 4 0 7.5z" fill="context-stroke" />
          </marker>
        </defs>
        {drawn.map(({ edge, id, path }) => (
          <g
            key={id}
            className={`edge${edge.errorRatio > 0 ? ' has-error' : ''}${id === chosen ? ' is-chosen' : ''}`}
            onMouseEnter={() => {
              setHovered(id);
            }}
            onMouseLeave={() => {
              setHovered('');
            }}
            onClick={() => {
              pageLocation.change({ edge: id === chosen ? null : id });
            }}
          >
            <path className="edge-line" d={path.d} strokeWidth={thickness(edge, busiest)} markerEnd="url(#arrow)" />
            <path className="edge-reach" d={path.d} />
          </g>
        ))}
        {map.nodes.map(node => (
          <ServiceBox key={node.name} node={node} />
        ))}
        {labelled !== undefined && <EdgeLabel edge={labelled.edge} path={labelled.path} />}
      </svg>
    </div>
  );
}

const thickness = ({ callsPerSecond }: MapEdge, busiest: number): number =>
  busiest === 0 ? 1 : 1 + 4 * Math.sqrt(callsPerSecond / busiest);

function ServiceBox({ node: { name, shape, x, y } }: { readonly node: MapNode }) {
  const shown = name.length > 21 ? `${name.slice(0, 20)}…` : name;
  return (
    <g
      className={`node is-${shape}`}
      transform={`translate(${x} ${y})`}
      style={hueStyle(name)}
      onClick={() => {
        if (shape === 'service') pageLocation.go(`/search?q=service:${name}`);
      }}
    >
      <title>{name}</title>
      {shape === 'database' ? (
        <path
          d={`M0 5v22a${NODE_WIDTH / 2} 5 0 0 0 ${NODE_WIDTH} 0V5A${NODE_WIDTH / 2} 5 0 0 0 0 5a${NODE_WIDTH / 2} 5 0 0 0 ${NODE_WIDTH} 0`}
        />
      ) : (
        <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx={shape === 'queue' ? NODE_HEIGHT / 2 : 2} />
      )}
      {shape === 'service' && <rect className="node-mark" width={4} height={NODE_HEIGHT} />}
      <text x={NODE_WIDTH / 2} y={shape === 'database' ? 22 : 20.5}>
        {shown}
      </text>
    </g>
  );
}

const LABEL_WIDTH = 200;

function EdgeLabel({ edge, path }: { readonly edge: MapEdge; readonly path: EdgePath }) {
  return (
    <g className="edge-label" transform={`translate(${path.middle.x} ${path.middle.y})`}>
      <rect x={-LABEL_WIDTH / 2} y={-11} width={LABEL_WIDTH} height={22} />
      <text y={4.5}>{edgeWords(edge)}</text>
    </g>
  );
}

export const edgeWords = ({ callsPerSecond, errorRatio, p95Ms }: MapEdge): string =>
  `${rateText(callsPerSecond)} · ${percentText(errorRatio)} · p95 ${durationText(p95Ms * 1e6)}`;
