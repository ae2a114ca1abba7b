// about: Numbers that papers claim for a method.
// param: method: Method - the method; narrower methods are included
// param: limit: int = 100 - most rows returned
// returns: method: str - name of the method
// returns: metric: str? - the metric; missing where the text names none
// returns: value: float - the number in its unit
// returns: value_text: str - the number as written
// returns: unit: str? - its unit
// returns: kind: str - absolute, improvement, reduction or ratio
// returns: hedge: str? - how the text qualifies it: about, up to
// returns: measured_on: str? - what it was measured on
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: reported: str? - self where the paper's own work reached it, others where another's did; missing where that is not clear
// returns: baseline: str? - what it is compared with
// returns: baseline_value: float? - the baseline's number
// returns: gain: float? - by how much it is better than the baseline, in its unit
// returns: relative_gain: float? - the same in percent of the baseline
// returns: conflict: str? - what in the same paper it disagrees with
// returns: paper: str - id of the paper that claims it
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that claims it
// returns: confidence: float - confidence of the extractor
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: how well does {method} work?
// ask: how well does {method} do?
// ask: how well does {method} perform?
// ask: how good is {method}?
// ask: which results does {method} reach?
// ask: which results does {method} achieve?
// ask: what results does {method} get?
// ask: what numbers are reported for {method}?
// ask: which results are reported for {method}?
// ask: what are the results of {method}?
// ask: which results does {method} have?
// ask: results of {method}
// ask: results for {method}
// ask: performance of {method}
UNWIND $method AS wanted
MATCH (top:Method {name: wanted})
MATCH (m:Method)-[:BROADER*0..3]->(top)
WITH DISTINCT m
MATCH (r:Result)-[:OF]->(m)
WITH DISTINCT m, r
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (r)-[:`ON`]->(d:Dataset|Benchmark|Task)
OPTIONAL MATCH (r)-[:AGAINST]->(b:Method)
OPTIONAL MATCH (w)-[i:INTRODUCES]->(m)
WITH m, r, w, e, x, d, b, i
ORDER BY e.confidence DESC, e.id
WITH m, r, w, min(x.name) AS metric_name, min(d.name) AS place, min(b.name) AS rival, count(i) AS introduced,
  head(collect(e)) AS best
RETURN m.name AS method, coalesce(metric_name, r.metric) AS metric, r.value AS value, r.value_text AS value_text,
  r.unit AS unit, r.kind AS kind, r.hedge AS hedge, coalesce(place, r.measured_on) AS measured_on, r.split AS split, r.condition AS condition,
  CASE WHEN r.subject = 'rival' THEN 'others' WHEN r.subject = 'own' OR introduced > 0 THEN 'self' END AS reported,
  coalesce(rival, r.baseline) AS baseline, r.baseline_value AS baseline_value, r.gain AS gain,
  r.relative_gain AS relative_gain, r.conflict AS conflict, w.id AS paper, w.name AS title, w.year AS year,
  best.quote AS quote, best.confidence AS confidence, w.note AS note
ORDER BY m.id, coalesce(w.year, 0) DESC, w.id, best.quote_start, r.id
LIMIT $limit
