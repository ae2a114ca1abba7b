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
WITH DISTINCT m.id AS m_id
MATCH (m:Method {id: m_id})
MATCH (w:Paper)-[:USES]->(m)
WITH DISTINCT w.id AS w_id
MATCH (w:Paper {id: w_id})-[e:USES]->(x:Method)
WITH x.id AS x_id, count(DISTINCT w_id) AS papers, min([
  -e.confidence, coalesce(w.year, 9999), w_id, CASE e.field WHEN 'title' THEN 0 ELSE 1 END, e.quote_start, e.id
]) AS best
WITH collect([x_id, papers, best[2], best[5]]) AS found
// What was asked for is no answer. Known only now, it goes along with few rows, and as one text faster than as a list.
CALL () {
  UNWIND $method AS named
  MATCH (t:Method {name: named})
  MATCH (o:Method)-[:BROADER*0..3]->(t)
  WITH collect(DISTINCT o.id) AS ids
  RETURN reduce(text = ' ', one IN ids | text + one + ' ') AS asked
}
UNWIND found AS row
WITH row[0] AS x_id, row[1] AS papers, row[2] AS paper_id, row[3] AS said_id, asked
WHERE NOT asked CONTAINS ' ' + x_id + ' '
WITH x_id, papers, paper_id, said_id
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
