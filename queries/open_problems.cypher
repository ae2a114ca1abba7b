// about: Problems that papers study while nothing mitigates them, nor anything narrower or broader.
// param: min_papers: int = 1 - fewest papers that study it
// param: limit: int = 100 - most rows returned
// returns: problem: str - the problem
// returns: papers: int - number of papers that study it
// returns: paper: str - id of the newest paper that studies it
// returns: title: str - title of that paper
// returns: year: int? - year of that paper
// returns: quote: str - its best sentence on the problem
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: which problems are open?
// ask: which problems are unsolved?
// ask: which problems are still open?
// ask: which problems have no solution?
// ask: which problems does nobody solve?
// ask: which problems are studied but not solved?
// ask: which problems are studied but not mitigated?
// ask: what is unsolved?
// ask: what are the open problems?
// ask: what are open problems?
// ask: open problems
MATCH (w:Paper)-[t:TARGETS]->(p:Problem)
WHERE t.stance = 'studies'
WITH p, w, t
ORDER BY coalesce(w.year, 0) DESC, t.confidence DESC, w.id, t.field DESC, t.quote_start, t.id
WITH p, count(DISTINCT w.id) AS papers, head(collect({
  paper: w.id, title: w.name, year: w.year, note: w.note, quote: t.quote, confidence: t.confidence
})) AS best
WHERE papers >= $min_papers
MATCH (low:Problem)-[:BROADER*0..3]->(p)
OPTIONAL MATCH (solver)-[a:TARGETS]->(low)
WHERE a.stance = 'mitigates'
WITH p, papers, best, count(a) AS below
WHERE below = 0
MATCH (p)-[:BROADER*0..3]->(high:Problem)
OPTIONAL MATCH (other)-[b:TARGETS]->(high)
WHERE b.stance = 'mitigates'
WITH p, papers, best, count(b) AS above
WHERE above = 0
RETURN p.name AS problem, papers, best.paper AS paper, best.title AS title, best.year AS year,
  best.quote AS quote, best.confidence AS confidence, best.note AS note
ORDER BY papers DESC, p.id
LIMIT $limit
