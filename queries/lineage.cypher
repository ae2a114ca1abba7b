// about: What a method builds on, and what that builds on, up to three steps back.
// param: method: Method - the method
// param: limit: int = 100 - most rows returned
// returns: method: str - name of the method
// returns: depth: int - number of steps back, 1 to 3 (the fewest)
// returns: ancestor: str - the method that is reached
// returns: via: str - the method that uses it directly
// returns: paper: str - id of the paper that says so of the last step
// returns: title: str - its title
// returns: year: int? - its year
// returns: quote: str - the sentence that says so of the last step
// returns: confidence: float - confidence of that sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what does {method} build on?
// ask: what does {method} use?
// ask: what does {method} extend?
// ask: what is {method} based on?
// ask: what is {method} built on?
// ask: which methods does {method} build on?
// ask: which methods does {method} use?
// ask: where does {method} come from?
// ask: lineage of {method}
// ask: ancestors of {method}
// ask: history of {method}
UNWIND $method AS wanted
MATCH (m:Method {name: wanted})
OPTIONAL MATCH (m)-[:USES]->(a:Method)
WITH m.id AS m_id, collect(DISTINCT a.id) AS found
// Steps farther back are left out where nearer ones fill the answer.
WITH m_id, CASE WHEN size(found) > $limit THEN [] ELSE found END AS first_ids
UNWIND [m_id] + first_ids AS near_id
MATCH (b:Method {id: near_id})
OPTIONAL MATCH (b)-[:USES]->(c:Method)
WITH m_id, first_ids, collect(DISTINCT c.id) AS found
WITH m_id, first_ids, CASE WHEN size(found) > $limit THEN [] ELSE found END AS second_ids
UNWIND [{depth: 1, ids: [m_id]}, {depth: 2, ids: first_ids}, {depth: 3, ids: second_ids}] AS level
UNWIND level.ids AS source_id
WITH m_id, level.depth AS depth, source_id
MATCH (s:Method {id: source_id})
MATCH (s)-[hop:USES]->(x:Method)
WHERE x.id <> m_id
WITH m_id, x.id AS x_id, min([
  depth, -hop.confidence, hop.paper, CASE hop.field WHEN 'title' THEN 0 ELSE 1 END, hop.quote_start, hop.id
]) AS best
WITH m_id, x_id, best[0] AS depth, best[2] AS paper_id, best[5] AS said_id
ORDER BY m_id, depth, x_id
LIMIT $limit
MATCH (m:Method {id: m_id})
MATCH (w:Paper {id: paper_id})
MATCH (s:Method)-[said:USES]->(x:Method {id: x_id})
WHERE said.id = said_id
RETURN m.name AS method, depth, x.name AS ancestor, s.name AS via, w.id AS paper, w.name AS title,
  w.year AS year, said.quote AS quote, said.confidence AS confidence, w.note AS note
ORDER BY m.id, depth, x.id
LIMIT $limit
