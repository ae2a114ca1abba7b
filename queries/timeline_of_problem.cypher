// about: Papers that work against or study a problem, by year, with each year's number of papers.
// param: problem: Problem - the problem; narrower problems are included
// param: stance: Stance|any = any - what is done about it
// param: limit: int = 1000 - most rows returned
// returns: year: int? - the year; papers without one come last
// returns: papers: int - number of papers of that year
// returns: paper: str - id of the paper
// returns: title: str - its title
// returns: problem: str - the problem it targets
// returns: stance: str - mitigates or studies
// returns: quote: str - the best sentence that says so
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: how has work on {problem} developed?
// ask: how has research on {problem} evolved?
// ask: how has work on {problem} changed over time?
// ask: how many papers a year target {problem}?
// ask: how many papers per year target {problem}?
// ask: how many papers are there on {problem}?
// ask: when was {problem} studied?
// ask: when did papers target {problem}?
// ask: timeline of {problem}
// ask: history of {problem}
UNWIND $problem AS wanted
MATCH (top:Problem {name: wanted})
MATCH (p:Problem)-[:BROADER*0..3]->(top)
WITH DISTINCT p
MATCH (w:Paper)-[t:TARGETS]->(p)
WHERE $stance = 'any' OR t.stance = $stance
WITH w, p, t
ORDER BY t.confidence DESC, t.field DESC, t.quote_start, t.id
WITH w, head(collect({problem: p.name, stance: t.stance, quote: t.quote, confidence: t.confidence})) AS best
WITH w.year AS year, collect({
  id: w.id, title: w.name, note: w.note, problem: best.problem, stance: best.stance, quote: best.quote,
  confidence: best.confidence
}) AS found
UNWIND found AS one
RETURN year, size(found) AS papers, one.id AS paper, one.title AS title, one.problem AS problem,
  one.stance AS stance, one.quote AS quote, one.confidence AS confidence, one.note AS note
ORDER BY coalesce(year, 9999), one.id
LIMIT $limit
