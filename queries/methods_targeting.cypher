// about: Methods that work against a problem, or against a narrower one, with the sentence that says so.
// param: problem: Problem - the problem; narrower problems are included
// param: stance: Stance|any = mitigates - what is done about it; any adds papers that only study it
// param: min_confidence: share = 0.0 - lowest confidence of the extractor, 0 to 1
// param: limit: int = 100 - most rows returned
// returns: method: str? - name of the method; missing where the paper's contribution has no name
// returns: problem: str - the problem it targets
// returns: stance: str - mitigates or studies
// returns: paper: str - id of the paper that says so
// returns: title: str - title of the paper
// returns: year: int? - year of the paper
// returns: quote: str - the best sentence that says so: highest confidence, then earliest
// returns: confidence: float - confidence of that sentence
// returns: note: str? - an addition: what must be said of the paper's text, such as methodkg summary
// ask: which methods target {problem}?
// ask: which methods mitigate {problem}?
// ask: which methods address {problem}?
// ask: which methods reduce {problem}?
// ask: which methods prevent {problem}?
// ask: which methods solve {problem}?
// ask: which methods help with {problem}?
// ask: which methods help against {problem}?
// ask: which methods work against {problem}?
// ask: which methods are there for {problem}?
// ask: what methods are there against {problem}?
// ask: what mitigates {problem}?
// ask: what reduces {problem}?
// ask: what prevents {problem}?
// ask: what solves {problem}?
// ask: what helps against {problem}?
// ask: what helps with {problem}?
// ask: what works against {problem}?
// ask: what can be done about {problem}?
// ask: how can {problem} be avoided?
// ask: how can {problem} be reduced?
// ask: how can {problem} be mitigated?
// ask: how to avoid {problem}?
// ask: how to reduce {problem}?
// ask: how to mitigate {problem}?
// ask: how do papers deal with {problem}?
// ask: how do papers address {problem}?
// ask: methods targeting {problem}
// ask: methods for {problem}
// ask: methods against {problem}
// ask: solutions to {problem}
// ask: solutions for {problem}
// ask: remedies for {problem}
// ask: remedies against {problem}
// ask: how can i stop {problem}?
// ask: how can i avoid {problem}?
// ask: how can i reduce {problem}?
// ask: how can i prevent {problem}?
// ask: how can i mitigate {problem}?
// ask: how do i fight {problem}?
// ask: how to fight {problem}?
// ask: how to prevent {problem}?
// ask: which papers target {problem}?
// ask: which papers study {problem}? [stance=studies]
// ask: who studies {problem}? [stance=studies]
// ask: what is known about {problem}? [stance=any]
UNWIND $problem AS wanted
MATCH (top:Problem {name: wanted})
MATCH (p:Problem)-[:BROADER*0..3]->(top)
WITH DISTINCT p
MATCH (s:Paper|Method)-[t:TARGETS]->(p)
WHERE ($stance = 'any' OR t.stance = $stance) AND t.confidence >= $min_confidence
WITH p.id AS p_id, t.stance AS stance, t.paper AS paper_id, s.id AS s_id,
  CASE labels(s)[0] WHEN 'Method' THEN 0 ELSE 1 END AS unnamed,
  min([-t.confidence, CASE t.field WHEN 'title' THEN 0 ELSE 1 END, t.quote_start, t.id]) AS best
// Where one of its methods does it, the paper itself is not named beside it.
WITH p_id, stance, paper_id, min(unnamed) AS least, collect([unnamed, best[0], s_id, best[3], best[1]]) AS claims
UNWIND claims AS claim
WITH p_id, stance, paper_id, least, claim[0] AS unnamed, claim[1] AS doubt, claim[2] AS s_id, claim[3] AS said_id,
  claim[4] AS untitled
WHERE unnamed = least
MATCH (w:Paper {id: paper_id})
WITH p_id, stance, paper_id, unnamed, s_id, said_id, doubt, untitled, coalesce(w.year, 0) AS age
ORDER BY unnamed, doubt, untitled, age DESC, paper_id, p_id, stance, s_id
LIMIT $limit
MATCH (w:Paper {id: paper_id})
MATCH (p:Problem {id: p_id})
MATCH (s:Paper|Method)-[said:TARGETS]->(p)
WHERE said.id = said_id
RETURN CASE unnamed WHEN 0 THEN s.name END AS method, p.name AS problem, stance, w.id AS paper,
  w.name AS title, w.year AS year, said.quote AS quote, said.confidence AS confidence, w.note AS note
ORDER BY unnamed, confidence DESC, untitled, coalesce(w.year, 0) DESC, w.id, p.id, stance, s.id
LIMIT $limit
