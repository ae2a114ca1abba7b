// about: Claimed numbers on a dataset or benchmark by metric, highest first.
// param: dataset: Dataset|Benchmark - what was measured on
// param: metric: Metric = none - only this metric
// param: kind: ResultKind|any = absolute - scores, or gains, savings and ratios
// param: limit: int = 100 - most rows returned
// returns: metric: str? - the metric (of an error rate the lowest is best); missing where the text names none
// returns: value: float - the number in its unit
// returns: value_text: str - the number as written
// returns: unit: str? - its unit
// returns: kind: str - absolute, improvement, reduction or ratio
// returns: method: str? - the method; missing where the text names none
// returns: baseline: str? - what it is compared with
// returns: baseline_value: float? - the baseline's number
// returns: dataset: str - the dataset or benchmark
// returns: paper: str - id of the paper that claims it
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that claims it
// returns: confidence: float - confidence of the extractor
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what is the best result on {dataset}?
// ask: what are the best results on {dataset}?
// ask: what is the state of the art on {dataset}?
// ask: what is the highest {metric} on {dataset}?
// ask: what is the best {metric} on {dataset}?
// ask: which {metric} is reached on {dataset}?
// ask: which method is best on {dataset}?
// ask: which methods are best on {dataset}?
// ask: which results are reported on {dataset}?
// ask: what numbers are reported on {dataset}?
// ask: leaderboard of {dataset}
// ask: {dataset} leaderboard
// ask: sota on {dataset}
// ask: leaderboard for {dataset}
// ask: leaderboard on {dataset}
// ask: results on {dataset}
// ask: {metric} on {dataset}
UNWIND $dataset AS wanted
MATCH (d:Dataset|Benchmark {name: wanted})
MATCH (r:Result)-[:`ON`]->(d)
WHERE $kind = 'any' OR r.kind = $kind
WITH DISTINCT d, r
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (r)-[:OF]->(m:Method)
WITH d, r, w, e, x, m
WHERE size($metric) = 0 OR x.name IN $metric
WITH d, r, w, e, x, m
ORDER BY e.confidence DESC, e.id
WITH d, r, w, min(x.id) AS metric_id, min(x.name) AS metric_name, min(m.name) AS method_name, head(collect(e)) AS best
RETURN coalesce(metric_name, r.metric) AS metric, r.value AS value, r.value_text AS value_text, r.unit AS unit,
  r.kind AS kind, coalesce(method_name, r.method) AS method, r.baseline AS baseline,
  r.baseline_value AS baseline_value, d.name AS dataset, w.id AS paper, w.name AS title, w.year AS year,
  best.quote AS quote, best.confidence AS confidence, w.note AS note
ORDER BY coalesce(metric_id, '~'), CASE WHEN metric_id IS NULL THEN coalesce(r.metric, '~') ELSE '' END, r.value DESC,
  d.id, r.id
LIMIT $limit
