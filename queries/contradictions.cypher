// about: Scores that differ by more than rounding, and numbers that disagree within their paper.
// param: method: Method = none - only scores of this method
// param: dataset: Dataset|Benchmark = none - only scores on this
// param: metric: Metric = none - only scores by this metric
// param: limit: int = 100 - most rows returned
// returns: method: str? - the method; missing where the text names none
// returns: dataset: str? - the dataset or benchmark
// returns: metric: str? - the metric
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: value_text: str - the lower score as written, or the number that disagrees with its own paper
// returns: other_value_text: str? - the higher score as written
// returns: difference: float? - between the two scores, on the metric's own scale
// returns: papers: int - number of papers that report such a score
// returns: conflict: str? - what the number disagrees with in its own paper; missing where two scores disagree
// returns: paper: str - id of the paper with the lower score
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - its sentence
// returns: source: str - what read it: an extractor, or pwc for a row of a leaderboard
// returns: other_paper: str? - id of the paper with the higher score
// returns: other_title: str? - its title
// returns: other_year: int? - its year
// returns: other_quote: str? - its sentence
// returns: other_source: str? - what read it
// returns: confidence: float - the lower of the two confidences of the extractor
// returns: other_note: str? - what must be said of the other paper's text
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: do papers disagree?
// ask: do papers disagree about {method}?
// ask: do papers disagree on {method}?
// ask: do papers contradict each other?
// ask: do papers contradict each other about {method}?
// ask: do papers disagree about results on {dataset}?
// ask: where do papers disagree?
// ask: which papers disagree?
// ask: which papers contradict each other?
// ask: which numbers contradict each other?
// ask: which results contradict each other?
// ask: which results on {dataset} contradict each other?
// ask: which claims contradict each other?
// ask: which numbers do not add up?
// ask: contradictions
// ask: contradictions about {method}
// ask: contradictions on {dataset}
MATCH (r:Result)
WHERE r.conflict IS NOT NULL OR r.disputed_papers IS NOT NULL
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:OF]->(m:Method)
OPTIONAL MATCH (r)-[:`ON`]->(d:Dataset|Benchmark)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
WITH r, w, e, m, d, x
WHERE (size($method) = 0 OR m.name IN $method) AND (size($dataset) = 0 OR d.name IN $dataset)
  AND (size($metric) = 0 OR x.name IN $metric)
WITH r, w, e, m, d, x
ORDER BY e.confidence DESC, e.id
WITH r, w, min(m.id) AS method_id, min(d.id) AS dataset_id, min(x.id) AS metric_id, min(m.name) AS method_name,
  min(d.name) AS dataset_name, min(x.name) AS metric_name, head(collect(e)) AS best
WITH r, w, best, method_name, dataset_name, metric_name,
  CASE WHEN r.conflict IS NOT NULL THEN [r.id] ELSE [] END AS alone,
  CASE WHEN r.disputed_papers IS NOT NULL THEN [method_id + ' ' + dataset_id + ' ' + metric_id + ' '
    + coalesce(r.direction, '-' + coalesce(r.unit, '')) + ' ' + coalesce(r.split, '') + '; ' + coalesce(r.condition, '')] ELSE [] END AS shared
UNWIND alone + shared AS key
WITH key, r, w, best, method_name, dataset_name, metric_name
ORDER BY r.id
// A score stands for all that rounds to it: two agree where these stretches meet.
WITH key, count(DISTINCT w.id) AS papers, min(r.score + 0.999 * r.precision) AS least, max(r.score - 0.999 * r.precision) AS most,
  collect({
    result_id: r.id, method: method_name, dataset: dataset_name, metric: coalesce(metric_name, r.metric), split: r.split, condition: r.condition,
    from_score: r.score - 0.999 * r.precision, to_score: r.score + 0.999 * r.precision, score: r.score,
    value_text: r.value_text, conflict: r.conflict, paper: w.id, title: w.name, year: w.year, note: w.note,
    quote: best.quote, confidence: best.confidence, source: best.extractor
  }) AS claims
WITH key, papers, least, most, claims, head(claims).result_id = key AS within
WHERE within OR most > least
WITH papers, within, CASE WHEN within THEN head(claims) ELSE head([c IN claims WHERE c.to_score = least]) END AS low,
  CASE WHEN NOT within THEN head([c IN claims WHERE c.from_score = most]) END AS high
RETURN low.method AS method, low.dataset AS dataset, low.metric AS metric, low.split AS split, low.condition AS condition, low.value_text AS value_text,
  high.value_text AS other_value_text, round((high.score - low.score) * 1000000) / 1000000.0 AS difference, papers,
  CASE WHEN within THEN low.conflict END AS conflict, low.paper AS paper, low.title AS title, low.year AS year,
  low.quote AS quote, low.source AS source, high.paper AS other_paper, high.title AS other_title, high.year AS other_year,
  high.quote AS other_quote, high.source AS other_source,
  CASE WHEN high.confidence < low.confidence THEN high.confidence ELSE low.confidence END AS confidence,
  high.note AS other_note, low.note AS note
ORDER BY CASE WHEN within THEN 1 ELSE 0 END, papers DESC, confidence DESC, low.result_id
LIMIT $limit
