// about: Claimed numbers on a dataset by metric and split, best first; what is not comparable last.
// param: dataset: Dataset|Benchmark - the dataset or benchmark
// param: metric: Metric = none - only this metric
// param: split: str = none - only numbers of this split or setting, such as test or zero-shot
// param: kind: ResultKind|any = absolute - scores, or gains, savings and ratios
// param: min_trust: share = 0.0 - lowest share of such scores that is right as a whole, 0 to 1; what has no trust is ranked
// param: limit: int = 100 - most rows returned
// returns: metric: str? - the metric; missing where the text names none
// returns: score: float? - the number on the metric's own scale: 91 of an accuracy of 0.91; missing where it has none
// returns: value: float - the number in its unit
// returns: value_text: str - the number as written
// returns: unit: str? - its unit
// returns: kind: str - absolute, improvement, reduction or ratio
// returns: hedge: str? - how the text qualifies it: about, up to
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: method: str? - the method; missing where the text names none
// returns: reported: str? - self where the paper's own work reached it, others where another's did; missing where that is not clear
// returns: baseline: str? - what it is compared with
// returns: baseline_value: float? - the baseline's number
// returns: gain: float? - by how much it is better than the baseline, in its unit
// returns: dataset: str - the dataset or benchmark
// returns: paper: str - id of the paper that claims it
// returns: title: str - its title
// returns: year: int? - its year
// returns: date: str? - its date, where it is known to the day
// returns: quote: str - the sentence that claims it
// returns: confidence: float - confidence of the extractor
// returns: trust: float? - the share of such rows that careful readers found right; missing for what is no linked score
// returns: source: str - what read it: an extractor, or pwc for a row of a leaderboard
// returns: left_out: str? - why it is compared with nothing; missing where its place in the order means something
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
WHERE ($kind = 'any' OR r.kind = $kind)
  AND (size($split) = 0 OR ', ' + coalesce(r.split, '') + ', ' CONTAINS ', ' + $split[0] + ', ')
WITH DISTINCT d, r
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (r)-[:OF]->(m:Method)
OPTIONAL MATCH (w)-[i:INTRODUCES]->(m)
WITH d, r, w, e, x, m, i
WHERE size($metric) = 0 OR x.name IN $metric
WITH d, r, w, e, x, m, i
ORDER BY e.confidence DESC, e.id
WITH d, r, w, min(x.id) AS metric_id, min(x.name) AS metric_name, min(m.name) AS method_name, count(i) AS introduced,
  head(collect(e)) AS best
WITH d, r, w, metric_id, metric_name, method_name, introduced, best, CASE
  WHEN r.unranked IS NOT NULL THEN r.unranked
  WHEN coalesce(r.trust, 1.0) < $min_trust THEN 'trusted less than asked'
  WHEN r.direction IS NULL THEN 'which of its values are better is not known'
  WHEN r.score IS NULL THEN 'has no score' END AS left_out
RETURN coalesce(metric_name, r.metric) AS metric, r.score AS score, r.value AS value, r.value_text AS value_text,
  r.unit AS unit, r.kind AS kind, r.hedge AS hedge, r.split AS split, r.condition AS condition, coalesce(method_name, r.method) AS method,
  CASE WHEN r.subject = 'rival' THEN 'others' WHEN r.subject = 'own' OR introduced > 0 THEN 'self' END AS reported,
  r.baseline AS baseline, r.baseline_value AS baseline_value, r.gain AS gain, d.name AS dataset, w.id AS paper,
  w.name AS title, w.year AS year, w.date AS date, best.quote AS quote, best.confidence AS confidence,
  r.trust AS trust, best.extractor AS source, left_out, w.note AS note
ORDER BY CASE WHEN left_out IS NULL THEN 0 ELSE 1 END, coalesce(metric_id, '~'),
  CASE WHEN metric_id IS NULL THEN coalesce(r.metric, '~') ELSE '' END, d.id, coalesce(r.direction, ''),
  coalesce(r.split, ''), CASE WHEN left_out IS NOT NULL THEN 0.0 - r.value WHEN r.direction = 'lower' THEN r.score
  ELSE 0.0 - r.score END, r.id
LIMIT $limit
