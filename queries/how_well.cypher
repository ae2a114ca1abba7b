// about: Methods that work against a problem, and the numbers that the same papers claim for them.
// param: problem: Problem - the problem; narrower problems are included
// param: stance: Stance|any = mitigates - what is done about it; any adds papers that only study it
// param: min_confidence: share = 0.0 - lowest confidence of the extractor that the problem is targeted, 0 to 1
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
// returns: condition: str? - how it was reached, in the words of the text, such as with ResNet-50
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
WITH t.paper AS paper_id, s.id AS s_id, CASE labels(s)[0] WHEN 'Method' THEN 0 ELSE 1 END AS unnamed,
  min([-t.confidence, CASE t.field WHEN 'title' THEN 0 ELSE 1 END, t.quote_start, t.id]) AS best
// Where one of its methods does it, the paper itself is not named beside it.
WITH paper_id, min(unnamed) AS least, collect([unnamed, best[0], s_id, best[3], best[1]]) AS claims
UNWIND claims AS claim
WITH paper_id, least, claim[0] AS unnamed, claim[1] AS doubt, claim[2] AS s_id, claim[3] AS said_id,
  claim[4] AS untitled
WHERE unnamed = least
MATCH (w:Paper {id: paper_id})
// Each pattern begins at the paper, which is there: from a number that is not, the embedded store searches everything.
OPTIONAL MATCH (w)-[e:REPORTS]->(r:Result)
OPTIONAL MATCH (w)-[:REPORTS]->(r)-[:OF]->(m:Method)
WITH paper_id, unnamed, doubt, untitled, s_id, said_id, coalesce(w.year, 0) AS age, r.id AS r_id, r.subject AS subject,
  min(m.id) AS m_id, min([-e.confidence, e.id, e.quote_start]) AS best
// A number that names no method is of the paper's own work, unless it is said to be another's.
WITH paper_id, unnamed, doubt, untitled, s_id, said_id, age, collect(CASE
  WHEN r_id IS NULL THEN NULL
  WHEN m_id IS NULL AND coalesce(subject, 'own') = 'own' THEN [best[2], r_id, best[1]]
  WHEN m_id IS NOT NULL AND unnamed = 0 AND m_id = s_id THEN [best[2], r_id, best[1]]
  WHEN m_id IS NOT NULL AND unnamed = 1 AND subject = 'own' THEN [best[2], r_id, best[1]] END) AS numbers
UNWIND CASE WHEN size(numbers) > 0 THEN numbers ELSE [[0, '', '']] END AS one
WITH paper_id, unnamed, doubt, untitled, s_id, said_id, age, one[0] AS start, one[1] AS number_id, one[2] AS reports_id
ORDER BY CASE number_id WHEN '' THEN 1 ELSE 0 END, unnamed, doubt, untitled, age DESC, paper_id, s_id, start, number_id
LIMIT $limit
MATCH (w:Paper {id: paper_id})
MATCH (s:Paper|Method {id: s_id})
MATCH (s)-[said:TARGETS]->(p:Problem)
WHERE said.id = said_id
OPTIONAL MATCH (w)-[number:REPORTS]->(r:Result)
WHERE number.id = reports_id
OPTIONAL MATCH (w)-[:REPORTS]->(r)-[:MEASURES]->(x:Metric)
OPTIONAL MATCH (w)-[:REPORTS]->(r)-[:`ON`]->(d:Dataset|Benchmark|Task)
OPTIONAL MATCH (w)-[:REPORTS]->(r)-[:AGAINST]->(b:Method)
WITH unnamed, untitled, s, said, p, w, r, number, start, number_id, min(x.name) AS metric_name, min(d.name) AS place, min(b.name) AS rival
RETURN CASE unnamed WHEN 0 THEN s.name END AS method, p.name AS problem, r.value_text AS value_text, r.value AS value,
  r.unit AS unit, r.kind AS kind, coalesce(metric_name, r.metric) AS metric,
  coalesce(place, r.measured_on) AS measured_on, r.split AS split, r.condition AS condition, r.hedge AS hedge,
  coalesce(rival, r.baseline) AS baseline, r.baseline_value AS baseline_value, r.gain AS gain,
  r.relative_gain AS relative_gain, w.id AS paper, w.name AS title, w.year AS year, said.quote AS targets_quote,
  number.quote AS quote, said.confidence AS confidence, w.note AS note
ORDER BY CASE number_id WHEN '' THEN 1 ELSE 0 END, unnamed, confidence DESC, untitled, coalesce(w.year, 0) DESC, w.id, s.id,
  start, number_id
LIMIT $limit
