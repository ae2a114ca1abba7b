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
WITH w, head(collect(t.id)) AS said_id
// Ids alone: Neo4j keeps what a list holds for each of its rows.
WITH w.year AS year, collect([w.id, said_id]) AS found
WITH year, size(found) AS papers, found
UNWIND found AS one
WITH year, papers, one[0] AS paper_id, one[1] AS said_id
ORDER BY coalesce(year, 9999), paper_id
LIMIT $limit
MATCH (w:Paper {id: paper_id})
MATCH (w)-[said:TARGETS]->(p:Problem)
WHERE said.id = said_id
RETURN year, papers, w.id AS paper, w.name AS title, p.name AS problem, said.stance AS stance, said.quote AS quote,
  said.confidence AS confidence, w.note AS note
ORDER BY coalesce(year, 9999), w.id
LIMIT $limit
