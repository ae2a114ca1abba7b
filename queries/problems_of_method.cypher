// about: Problems that a method is said to work against or to study.
// param: method: Method - the method; narrower methods are included
// param: stance: Stance|any = any - what the method does about the problem
// param: limit: int = 100 - most rows returned
// returns: method: str - name of the method
// returns: problem: str - the problem
// returns: stance: str - mitigates or studies
// returns: papers: int - number of papers that say so
// returns: paper: str - id of the paper with the best sentence
// returns: title: str - title of that paper
// returns: year: int? - year of that paper
// returns: quote: str - the best sentence: highest confidence, then earliest
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: which problems does {method} target?
// ask: which problems does {method} solve?
// ask: which problems does {method} address?
// ask: which problems does {method} mitigate?
// ask: which problems does {method} help with?
// ask: which problem does {method} solve?
// ask: what does {method} mitigate?
// ask: what does {method} solve?
// ask: what does {method} target?
// ask: what does {method} help with?
// ask: what is {method} good for?
// ask: what is {method} used against?
// ask: problems of {method}
// ask: problems targeted by {method}
UNWIND $method AS wanted
MATCH (top:Method {name: wanted})
MATCH (m:Method)-[:BROADER*0..3]->(top)
WITH DISTINCT m
MATCH (m)-[t:TARGETS]->(p:Problem)
WHERE $stance = 'any' OR t.stance = $stance
WITH m, p, t, t.paper AS paper_id
MATCH (w:Paper {id: paper_id})
WITH m, p, t, w
ORDER BY t.confidence DESC, coalesce(w.year, 9999), w.id, t.field DESC, t.quote_start, t.id
WITH m, p, t.stance AS stance, count(DISTINCT w.id) AS papers, head(collect({
  paper: w.id, title: w.name, year: w.year, note: w.note, quote: t.quote, confidence: t.confidence
})) AS best
RETURN m.name AS method, p.name AS problem, stance, papers, best.paper AS paper, best.title AS title,
  best.year AS year, best.quote AS quote, best.confidence AS confidence, best.note AS note
ORDER BY papers DESC, best.confidence DESC, p.id, stance, m.id
LIMIT $limit
