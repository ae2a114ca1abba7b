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
MATCH (p:Problem)
WHERE p.open_papers >= $min_papers
WITH p
ORDER BY p.open_papers DESC, p.id
LIMIT $limit
MATCH (w:Paper)-[t:TARGETS]->(p)
WITH p.id AS p_id, min([
  -coalesce(w.year, 0), -t.confidence, w.id, CASE t.field WHEN 'title' THEN 0 ELSE 1 END, t.quote_start, t.id
]) AS best
WITH p_id, best[2] AS paper_id, best[5] AS said_id
MATCH (p:Problem {id: p_id})
MATCH (w:Paper {id: paper_id})
MATCH (w)-[said:TARGETS]->(p)
WHERE said.id = said_id
RETURN p.name AS problem, p.open_papers AS papers, w.id AS paper, w.name AS title, w.year AS year,
  said.quote AS quote, said.confidence AS confidence, w.note AS note
ORDER BY papers DESC, p.id
LIMIT $limit
