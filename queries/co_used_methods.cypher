// about: Methods that the same papers use together with a method, the most frequent first.
// param: method: Method - the method; narrower methods are included
// param: limit: int = 100 - most rows returned
// returns: method: str - the other method
// returns: papers: int - number of papers that use both
// returns: paper: str - id of the paper with the best sentence
// returns: title: str - title of that paper
// returns: year: int? - year of that paper
// returns: quote: str - the best sentence on the other method: highest confidence, then the oldest paper
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what is used together with {method}?
// ask: what is used with {method}?
// ask: what is {method} used with?
// ask: what is {method} combined with?
// ask: what is combined with {method}?
// ask: which methods are used together with {method}?
// ask: which methods are used with {method}?
// ask: which methods are combined with {method}?
// ask: which methods go with {method}?
// ask: methods used with {method}
UNWIND $method AS wanted
MATCH (top:Method {name: wanted})
MATCH (m:Method)-[:BROADER*0..3]->(top)
WITH DISTINCT m
WITH collect(m.id) AS asked, collect(m) AS members
UNWIND members AS m
MATCH (w:Paper)-[:USES]->(m)
WITH DISTINCT asked, w
MATCH (w)-[e:USES]->(x:Method)
WHERE NOT x.id IN asked
WITH x, w, e
ORDER BY e.confidence DESC, coalesce(w.year, 9999), w.id, e.field DESC, e.quote_start, e.id
WITH x, count(DISTINCT w.id) AS papers, head(collect({
  paper: w.id, title: w.name, year: w.year, note: w.note, quote: e.quote, confidence: e.confidence
})) AS best
RETURN x.name AS method, papers, best.paper AS paper, best.title AS title, best.year AS year,
  best.quote AS quote, best.confidence AS confidence, best.note AS note
ORDER BY papers DESC, x.id
LIMIT $limit
