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
WITH collect(DISTINCT m.id) AS ids
// One text goes along with the rows faster than a list does.
WITH ids, reduce(text = ' ', one IN ids | text + one + ' ') AS asked
UNWIND ids AS m_id
MATCH (m:Method {id: m_id})
MATCH (w:Paper)-[:USES]->(m)
WITH DISTINCT asked, w.id AS w_id
MATCH (w:Paper {id: w_id})
MATCH (w)-[e:USES]->(x:Method)
WHERE NOT asked CONTAINS ' ' + x.id + ' '
WITH x.id AS x_id, count(DISTINCT w.id) AS papers, min([
  -e.confidence, coalesce(w.year, 9999), w.id, CASE e.field WHEN 'title' THEN 0 ELSE 1 END, e.quote_start, e.id
]) AS best
WITH x_id, papers, best[2] AS paper_id, best[5] AS said_id
ORDER BY papers DESC, x_id
LIMIT $limit
MATCH (x:Method {id: x_id})
MATCH (w:Paper {id: paper_id})
MATCH (w)-[said:USES]->(x)
WHERE said.id = said_id
RETURN x.name AS method, papers, w.id AS paper, w.name AS title, w.year AS year, said.quote AS quote,
  said.confidence AS confidence, w.note AS note
ORDER BY papers DESC, x.id
LIMIT $limit
