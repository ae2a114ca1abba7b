// about: Claimed scores on a dataset that beat all earlier ones, by metric, split and condition.
// param: dataset: Dataset|Benchmark - the dataset or benchmark
// param: metric: Metric = none - only this metric
// param: split: str = none - only numbers of this split or setting, such as test or zero-shot
// param: limit: int = 100 - most rows returned
// returns: metric: str? - the metric; missing where the text names none
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: date: str? - the paper's date, or the last day of its year where no more is known
// returns: score: float? - the number on the metric's own scale; missing where it has none
// returns: value_text: str - the number as written
// returns: method: str? - the method; missing where the text names none
// returns: reported: str? - self where the paper's own work reached it, others where another's did; missing where that is not clear
// returns: dataset: str - the dataset or benchmark
// returns: paper: str - id of the paper that claims it
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that claims it
// returns: confidence: float - confidence of the extractor
// returns: source: str - what read it: an extractor, or pwc for a row of a leaderboard
// returns: left_out: str? - why it has no place in the order of time or of scores; missing where it was the best so far
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: how did the state of the art on {dataset} change?
// ask: how has the state of the art on {dataset} changed?
// ask: how has {metric} on {dataset} improved?
// ask: how did {metric} on {dataset} improve?
// ask: how did results on {dataset} improve?
// ask: what progress was made on {dataset}?
// ask: state of the art on {dataset} over time
// ask: best {metric} on {dataset} over time
// ask: best results on {dataset} over time
// ask: {metric} on {dataset} over time
// ask: progress on {dataset}
// ask: history of the state of the art on {dataset}
// ask: sota timeline of {dataset}
// ask: sota timeline on {dataset}
UNWIND $dataset AS wanted
MATCH (d:Dataset|Benchmark {name: wanted})
MATCH (r:Result)-[:`ON`]->(d)
WHERE r.kind = 'absolute'
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
  head(collect(e)) AS best, coalesce(w.date, toString(w.year) + '-12-31') AS date
WITH d, r, w, metric_id, metric_name, method_name, introduced, best, date,
  CASE r.direction WHEN 'lower' THEN r.score ELSE 0.0 - r.score END AS level, CASE
  WHEN r.unranked IS NOT NULL THEN r.unranked
  WHEN r.direction IS NULL THEN 'which of its values are better is not known'
  WHEN r.score IS NULL THEN 'has no score'
  WHEN date IS NULL THEN 'its paper has no date' END AS left_out
ORDER BY coalesce(date, '~'), coalesce(level, 0.0), r.id
WITH d, coalesce(metric_id, '~') AS metric_key, CASE WHEN metric_id IS NULL THEN coalesce(r.metric, '~') ELSE '' END AS metric_text,
  coalesce(r.direction, '') AS way, coalesce(r.split, '') + '; ' + coalesce(r.condition, '') AS part, left_out, collect({
    metric: coalesce(metric_name, r.metric), split: r.split, condition: r.condition, date: date, level: level, score: r.score,
    value_text: r.value_text, method: coalesce(method_name, r.method), reported: CASE WHEN r.subject = 'rival'
    THEN 'others' WHEN r.subject = 'own' OR introduced > 0 THEN 'self' END, paper: w.id, title: w.name, year: w.year,
    quote: best.quote, confidence: best.confidence, source: best.extractor, note: w.note, result_id: r.id
  }) AS claims
UNWIND range(0, size(claims) - 1) AS at
WITH d, metric_key, metric_text, way, part, left_out, claims[at] AS claim, claims[0..at] AS earlier
WHERE left_out IS NOT NULL OR none(other IN earlier WHERE other.level <= claim.level)
RETURN claim.metric AS metric, claim.split AS split, claim.condition AS condition, claim.date AS date, claim.score AS score,
  claim.value_text AS value_text, claim.method AS method, claim.reported AS reported, d.name AS dataset,
  claim.paper AS paper, claim.title AS title, claim.year AS year, claim.quote AS quote,
  claim.confidence AS confidence, claim.source AS source, left_out, claim.note AS note
ORDER BY CASE WHEN left_out IS NULL THEN 0 ELSE 1 END, metric_key, metric_text, d.id, way, part,
  coalesce(claim.date, '~'), coalesce(claim.level, 0.0), claim.result_id
LIMIT $limit
