// about: Claimed gains, largest first: in percentage points, then in percent of a baseline, then others.
// param: min_gain: float = none - least gain, in percentage points; numbers without one are then left out
// param: min_confidence: share = 0.0 - lowest confidence of the extractor, 0 to 1
// param: metric: Metric = none - only this metric
// param: dataset: Dataset|Benchmark = none - only measured on this
// param: task: Task = none - only measured on this task, or claimed by papers about it
// param: limit: int = 100 - most rows returned
// returns: points: float? - the gain in percentage points, where the metric is a share; negative where it is worse
// returns: relative_gain: float? - the gain in percent of the baseline
// returns: gain: float? - the gain in the number's unit
// returns: unit: str? - the unit
// returns: value: float - the number
// returns: value_text: str - the number as written
// returns: kind: str - absolute, improvement, reduction or ratio
// returns: hedge: str? - how the text qualifies it: about, up to
// returns: metric: str? - the metric; missing where the text names none
// returns: measured_on: str? - what it was measured on
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: method: str? - the method; missing where the text names none
// returns: baseline: str? - what it is compared with
// returns: baseline_value: float? - the baseline's number
// returns: conflict: str? - what in the same paper it disagrees with
// returns: paper: str - id of the paper that claims it
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that claims it
// returns: confidence: float - confidence of the extractor
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: which gains are claimed?
// ask: what gains do papers claim?
// ask: what are the biggest gains?
// ask: what are the largest gains?
// ask: what are the highest gains on {dataset}?
// ask: what are the biggest gains on {dataset}?
// ask: what are the largest gains in {metric}?
// ask: which papers claim the largest gains?
// ask: which papers claim gains of at least {min_gain}?
// ask: which gains are claimed in {metric} on {dataset}?
// ask: which gains are claimed for {task}?
// ask: which gains are claimed on {dataset}?
// ask: which gains do papers on {task} claim?
// ask: claimed gains
// ask: gains on {dataset}
// ask: gains in {metric}
// ask: gains in {metric} on {dataset}
// ask: gains of at least {min_gain}
CALL () {
  MATCH (r:Result)
  WHERE r.gain_order IS NOT NULL AND coalesce(r.confidence, 0.0) >= $min_confidence
    AND (size($min_gain) = 0 OR r.points >= $min_gain[0])
    AND (size($metric) = 0 OR EXISTS { MATCH (r)-[:MEASURES]->(x:Metric) WHERE x.name IN $metric })
    AND (size($dataset) = 0 OR EXISTS { MATCH (r)-[:`ON`]->(d:Dataset|Benchmark) WHERE d.name IN $dataset })
    AND (size($task) = 0 OR EXISTS { MATCH (r)-[:`ON`]->(k:Task) WHERE k.name IN $task }
      OR EXISTS { MATCH (r)<-[:REPORTS]-(v:Paper)-[:ABOUT]->(k:Task) WHERE k.name IN $task })
  RETURN r.id AS r_id, r.gain_order AS place_in_order
  ORDER BY place_in_order, r_id
  LIMIT $limit
}
MATCH (r:Result {id: r_id})
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:MEASURES]->(y:Metric)
OPTIONAL MATCH (r)-[:`ON`]->(o:Dataset|Benchmark|Task)
OPTIONAL MATCH (r)-[:OF]->(m:Method)
OPTIONAL MATCH (r)-[:AGAINST]->(b:Method)
WITH r, w, e, y, o, m, b
ORDER BY e.confidence DESC, e.id
WITH r, w, min(y.name) AS metric_name, min(o.name) AS place, min(m.name) AS method_name,
  min(b.name) AS rival, head(collect(e)) AS best
RETURN r.points AS points, r.relative_gain AS relative_gain, r.gain AS gain, r.unit AS unit, r.value AS value,
  r.value_text AS value_text, r.kind AS kind, r.hedge AS hedge, coalesce(metric_name, r.metric) AS metric,
  coalesce(place, r.measured_on) AS measured_on, r.split AS split, r.condition AS condition, coalesce(method_name, r.method) AS method,
  coalesce(rival, r.baseline) AS baseline, r.baseline_value AS baseline_value, r.conflict AS conflict, w.id AS paper,
  w.name AS title, w.year AS year, best.quote AS quote, r.confidence AS confidence, w.note AS note
ORDER BY coalesce(r.gain_order, '~'), r.id
