// about: Methods that work against a problem, and the numbers that the same papers claim for them.
// param: problem: Problem - the problem; narrower problems are included
// param: stance: Stance|any = mitigates - what is done about it; any adds papers that only study it
// param: min_confidence: float = 0.0 - lowest confidence of the extractor that the problem is targeted, 0 to 1
// param: limit: int = 100 - most rows returned
// returns: method: str? - name of the method; missing where the paper's contribution has no name
// returns: problem: str - the problem it targets
// returns: value_text: str? - the number as written; missing where the paper claims none for the method
// returns: value: float? - the number in its unit
// returns: unit: str? - its unit
// returns: kind: str? - absolute, improvement, reduction or ratio
// returns: metric: str? - the metric; missing where the text names none
// returns: measured_on: str? - what it was measured on
// returns: split: str? - the split or setting, where its sentence says one
// returns: hedge: str? - how the text qualifies it: about, up to
// returns: baseline: str? - what it is compared with
// returns: baseline_value: float? - the baseline's number
// returns: gain: float? - by how much it is better than the baseline, in its unit
// returns: relative_gain: float? - the same in percent of the baseline
// returns: paper: str - id of the paper that says all this
// returns: title: str - its title
// returns: year: int? - its year
// returns: targets_quote: str - the best sentence that says that the problem is targeted
// returns: quote: str? - the sentence that claims the number
// returns: confidence: float - confidence that the problem is targeted
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: how well do methods that target {problem} work?
// ask: how well do methods that mitigate {problem} do?
// ask: how well do methods against {problem} work?
// ask: how well do methods for {problem} work?
// ask: how well do methods targeting {problem} work?
// ask: how well can {problem} be reduced?
// ask: how well is {problem} reduced?
// ask: how well do papers reduce {problem}?
// ask: by how much is {problem} reduced?
// ask: by how much can {problem} be reduced?
// ask: how much do methods reduce {problem}?
// ask: what numbers are reported for methods against {problem}?
// ask: what works best against {problem}?
// ask: what numbers do methods against {problem} reach?
// ask: results of methods against {problem}
// ask: results of methods that target {problem}
UNWIND $problem AS wanted
MATCH (top:Problem {name: wanted})
MATCH (p:Problem)-[:BROADER*0..3]->(top)
WITH DISTINCT p
MATCH (s:Paper|Method)-[t:TARGETS]->(p)
WHERE ($stance = 'any' OR t.stance = $stance) AND t.confidence >= $min_confidence
WITH p, s, t
ORDER BY t.confidence DESC, t.field DESC, t.quote_start, t.id
WITH s, t.paper AS paper_id, head(collect({problem: p.name, quote: t.quote, confidence: t.confidence})) AS best
WITH paper_id, collect({
  named: labels(s)[0] = 'Method', method: s.name, method_id: s.id, problem: best.problem, quote: best.quote,
  confidence: best.confidence
}) AS targets
WITH paper_id, targets, [target IN targets WHERE target.named] AS named
UNWIND CASE WHEN size(named) > 0 THEN named ELSE targets END AS target
MATCH (w:Paper {id: paper_id})
OPTIONAL MATCH (w)-[e:REPORTS]->(r:Result)
OPTIONAL MATCH (r)-[:OF]->(m:Method)
OPTIONAL MATCH (r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (r)-[:`ON`]->(d:Dataset|Benchmark|Task)
OPTIONAL MATCH (r)-[:AGAINST]->(b:Method)
WITH w, target, r, e, m, x, d, b
ORDER BY e.confidence DESC, e.id
WITH w, target, r, min(m.id) AS method_id, min(x.name) AS metric_name, min(d.name) AS place, min(b.name) AS rival,
  head(collect(e)) AS best
// A number that names no method is of the paper's own work, unless it is said to be another's.
WITH w, target, collect(CASE WHEN r.id IS NOT NULL AND CASE WHEN method_id IS NULL THEN coalesce(r.subject, 'own') = 'own'
  WHEN target.named THEN method_id = target.method_id ELSE r.subject = 'own' END THEN {
    value_text: r.value_text, value: r.value, unit: r.unit, kind: r.kind, metric: coalesce(metric_name, r.metric),
    measured_on: coalesce(place, r.measured_on), split: r.split, hedge: r.hedge, baseline: coalesce(rival, r.baseline),
    baseline_value: r.baseline_value, gain: r.gain, relative_gain: r.relative_gain, quote: best.quote,
    start: best.quote_start, result_id: r.id
  } END) AS numbers
UNWIND CASE WHEN size(numbers) > 0 THEN numbers ELSE [{result_id: ''}] END AS number
RETURN CASE WHEN target.named THEN target.method END AS method, target.problem AS problem,
  number.value_text AS value_text, number.value AS value, number.unit AS unit, number.kind AS kind,
  number.metric AS metric, number.measured_on AS measured_on, number.split AS split, number.hedge AS hedge,
  number.baseline AS baseline, number.baseline_value AS baseline_value, number.gain AS gain,
  number.relative_gain AS relative_gain, w.id AS paper, w.name AS title, w.year AS year,
  target.quote AS targets_quote, number.quote AS quote, target.confidence AS confidence, w.note AS note
ORDER BY CASE WHEN number.result_id = '' THEN 1 ELSE 0 END, CASE WHEN target.named THEN 0 ELSE 1 END,
  target.confidence DESC, coalesce(w.year, 0) DESC, w.id, target.method_id, coalesce(number.start, 0), number.result_id
LIMIT $limit
