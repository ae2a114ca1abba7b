// about: Every score that papers report for a method, its own or as a baseline, with the spread.
// param: method: Method - the method
// param: dataset: Dataset|Benchmark = none - only measured on this
// param: metric: Metric = none - only this metric
// param: limit: int = 100 - most rows returned
// returns: method: str - name of the method
// returns: dataset: str? - the dataset or benchmark; missing where the number is linked to none
// returns: metric: str? - the metric; missing where the text names none
// returns: split: str? - the split or setting, where its sentence says one
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
// returns: score: float? - the number on the metric's own scale; missing where it has none
// returns: value_text: str - the number as written; of a baseline the number that is compared with it
// returns: role: str - result where the paper says what the method reached, baseline where it is what a result is compared with
// returns: low: float? - the least score of the method on this dataset, by this metric, in this split
// returns: high: float? - the greatest
// returns: papers: int - number of papers that report one
// returns: reported: str? - self where the paper's own work reached it, others where another's did; missing where that is not clear
// returns: paper: str - id of the paper that reports it
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that says so
// returns: confidence: float - confidence of the extractor
// returns: source: str - what read it: an extractor, or pwc for a row of a leaderboard
// returns: left_out: str? - why it is compared with nothing; missing where it counts in the spread
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: how do reported numbers of {method} differ?
// ask: how much do reported numbers of {method} differ?
// ask: how much do the numbers for {method} on {dataset} differ?
// ask: how much do the reported results of {method} vary?
// ask: how much does {method} vary on {dataset}?
// ask: how much does {method} vary between papers?
// ask: what do papers report for {method} on {dataset}?
// ask: what {metric} do papers report for {method} on {dataset}?
// ask: which numbers do papers report for {method} on {dataset}?
// ask: which values are reported for {method} on {dataset}?
// ask: which values do papers report for {method}?
// ask: baseline drift of {method}
// ask: baseline drift of {method} on {dataset}
// ask: spread of {method} on {dataset}
UNWIND $method AS wanted
MATCH (m:Method {name: wanted})
WITH DISTINCT m
MATCH (r:Result)-[o:OF|AGAINST]->(m)
WHERE r.kind = 'absolute'
WITH DISTINCT m, r, CASE WHEN type(o) = 'OF' THEN 'result' ELSE 'baseline' END AS role
WHERE role = 'result' OR r.baseline_value IS NOT NULL
MATCH (w:Paper)-[e:REPORTS]->(r)
OPTIONAL MATCH (r)-[:`ON`]->(d:Dataset|Benchmark)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (w)-[i:INTRODUCES]->(m)
WITH m, r, role, w, e, d, x, i
WHERE (size($dataset) = 0 OR d.name IN $dataset) AND (size($metric) = 0 OR x.name IN $metric)
WITH m, r, role, w, e, d, x, i
ORDER BY e.confidence DESC, e.id
WITH m, r, role, w, min(d.id) AS dataset_id, min(d.name) AS place, min(x.id) AS metric_id, min(x.name) AS metric_name,
  count(i) AS introduced, head(collect(e)) AS best,
  CASE role WHEN 'result' THEN r.score ELSE r.baseline_score END AS score
WITH m, r, role, w, dataset_id, place, metric_id, metric_name, introduced, best, score, CASE
  WHEN r.unranked IS NOT NULL THEN r.unranked
  WHEN score IS NULL THEN 'has no score'
  WHEN dataset_id IS NULL THEN 'was measured on no known dataset' END AS left_out
WITH m, coalesce(dataset_id, '~') AS dataset_key, coalesce(metric_id, '~') AS metric_key,
  CASE WHEN metric_id IS NULL THEN coalesce(r.metric, '~') ELSE '' END AS metric_text,
  coalesce(r.direction, '-' + coalesce(r.unit, '')) AS scale, coalesce(r.split, '') + '; ' + coalesce(r.condition, '') AS part, left_out,
  min(score) AS low, max(score) AS high, count(DISTINCT w.id) AS papers, collect({
    dataset: place, metric: coalesce(metric_name, r.metric), split: r.split, condition: r.condition, score: score, value_text: r.value_text,
    role: role, reported: CASE WHEN role = 'baseline' OR r.subject = 'rival' THEN 'others'
    WHEN r.subject = 'own' OR introduced > 0 THEN 'self' END, paper_id: w.id, title: w.name, year: w.year,
    quote: best.quote, confidence: best.confidence, source: best.extractor, note: w.note, result_id: r.id
  }) AS claims
UNWIND claims AS claim
RETURN m.name AS method, claim.dataset AS dataset, claim.metric AS metric, claim.split AS split, claim.condition AS condition, claim.score AS score,
  claim.value_text AS value_text, claim.role AS role, CASE WHEN left_out IS NULL THEN low END AS low,
  CASE WHEN left_out IS NULL THEN high END AS high, papers, claim.reported AS reported, claim.paper_id AS paper,
  claim.title AS title, claim.year AS year, claim.quote AS quote, claim.confidence AS confidence,
  claim.source AS source, left_out, claim.note AS note
ORDER BY CASE WHEN left_out IS NULL THEN 0 ELSE 1 END, CASE WHEN left_out IS NULL THEN 0 - papers ELSE 0 END, m.id,
  dataset_key, metric_key, metric_text, scale, part, coalesce(claim.year, 9999), claim.paper_id, role, claim.result_id
LIMIT $limit
