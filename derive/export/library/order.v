(* What is at most what: maxima over a finite set, the larger and the smaller of two, and monotone operators. *)
Section Order.
Variable K : realFieldType.
Implicit Types x y z c : K.

Lemma le_of_eq x y : x = y -> x <= y.
Proof. by move=> ->. Qed.
Lemma le_join x y z : x <= y -> y <= z -> x <= z.
Proof. exact: le_trans. Qed.

Definition larger x y : K := Num.max x y.
Definition smaller x y : K := Num.min x y.
Lemma larger_l x y : x <= larger x y. Proof. by rewrite /larger le_maxr lexx. Qed.
Lemma larger_r x y : y <= larger x y. Proof. by rewrite /larger le_maxr lexx orbT. Qed.
Lemma smaller_l x y : smaller x y <= x. Proof. by rewrite /smaller le_minl lexx. Qed.
Lemma smaller_r x y : smaller x y <= y. Proof. by rewrite /smaller le_minl lexx orbT. Qed.
Lemma larger_ge0 x y : 0 <= x \/ 0 <= y -> 0 <= larger x y.
Proof. by rewrite /larger le_maxr => -[-> //|->]; rewrite orbT. Qed.
Lemma smaller_ge0 x y : 0 <= x -> 0 <= y -> 0 <= smaller x y.
Proof. by rewrite /smaller le_minr => -> ->. Qed.
Lemma smaller_gt0 x y : 0 < x -> 0 < y -> 0 < smaller x y.
Proof. by rewrite /smaller lt_minr => -> ->. Qed.
Lemma larger_le x y x' y' : x <= x' -> y <= y' -> larger x y <= larger x' y'.
Proof. by move=> h k; rewrite /larger le_maxl !le_maxr h k orbT. Qed.
Lemma smaller_le x y x' y' : x <= x' -> y <= y' -> smaller x y <= smaller x' y'.
Proof. by move=> h k; rewrite /smaller le_minr !le_minl h k orbT. Qed.

Lemma add_le x y x' y' : x <= x' -> y <= y' -> x + y <= x' + y'.
Proof. exact: ler_add. Qed.
Lemma mul_le c x y : 0 <= c -> x <= y -> c * x <= c * y.
Proof. by move=> h k; apply: ler_wpmul2l. Qed.

Lemma powz_ge0 x n : 0 <= x -> 0 <= powz x n.
Proof. by move=> h; rewrite /powz; case: ifP => _; rewrite ?invr_ge0 exprn_ge0. Qed.
Lemma even_ge0 x n : ~~ odd n -> 0 <= x ^+ n.
Proof. exact: exprn_even_ge0. Qed.
Lemma zr_ge0 n : (0 <= n)%Z -> 0 <= zr K n.
Proof. by move=> h; rewrite zrE // ler0n. Qed.

Section OverAList.
Variables (I : Type) (r : seq I).
Implicit Types f g p : I -> K.

Lemma sum_le f g : (forall i, f i <= g i) -> \sum_(i <- r) f i <= \sum_(i <- r) g i.
Proof. by move=> h; apply: ler_sum. Qed.
Lemma sum_ge0 f : (forall i, 0 <= f i) -> 0 <= \sum_(i <- r) f i.
Proof. by move=> h; apply: sumr_ge0. Qed.
Lemma prod_ge0 f : (forall i, 0 <= f i) -> 0 <= \prod_(i <- r) f i.
Proof. by move=> h; apply: prodr_ge0. Qed.
Lemma mean_le p f g : (forall i, 0 <= p i) -> (forall i, f i <= g i) -> mean r p f <= mean r p g.
Proof. by move=> h k; apply: sum_le => i; apply: mul_le. Qed.
Lemma mean_ge0 p f : (forall i, 0 <= p i) -> (forall i, 0 <= f i) -> 0 <= mean r p f.
Proof. by move=> h k; apply: sum_ge0 => i; apply: mulr_ge0. Qed.
End OverAList.

Lemma time_le lo hi (f g : Z -> K) : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> f k <= g k) ->
  \sum_(k <- zrange lo hi) f k <= \sum_(k <- zrange lo hi) g k.
Proof.
move=> h; rewrite !big_map (_ : iota 0 _ = index_iota 0 (Z.to_nat (hi - lo + 1))); last by rewrite /index_iota subn0.
by apply: ler_sum_nat => i /andP[_ /ssrnat.ltP hi_]; apply: h; lia.
Qed.
Lemma time_ge0 lo hi (f : Z -> K) : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> 0 <= f k) ->
  0 <= \sum_(k <- zrange lo hi) f k.
Proof. by move=> h; have := @time_le lo hi (fun=> 0) f h; rewrite sum_zero. Qed.

(* The greatest value of a function on a finite set that is not empty. *)
Definition maximum (I : finType) (i0 : I) (f : I -> K) : K := \big[Num.max/f i0]_(i : I) f i.

Section Maximum.
Variables (I : finType) (i0 : I).
Implicit Types f g : I -> K.

Lemma maximum_eq f g : (forall i, f i = g i) -> maximum i0 f = maximum i0 g.
Proof. by move=> h; rewrite /maximum h; apply: eq_bigr => i _; apply: h. Qed.
Lemma below_maximum f i : f i <= maximum i0 f.
Proof.
rewrite /maximum; elim: (index_enum I) (mem_index_enum i) => [//|j r ih]; rewrite in_cons big_cons le_maxr.
by case/orP => [/eqP ->|/ih ->]; rewrite ?lexx ?orbT.
Qed.
Lemma maximum_least f c : (forall i, f i <= c) -> maximum i0 f <= c.
Proof. by move=> h; rewrite /maximum; elim/big_ind: _ => // x y hx hy; rewrite le_maxl hx hy. Qed.
Lemma maximum_le f g : (forall i, f i <= g i) -> maximum i0 f <= maximum i0 g.
Proof. by move=> h; apply: maximum_least => i; exact: le_trans (h i) (below_maximum g i). Qed.
Lemma maximum_constant c : maximum i0 (fun=> c) = c.
Proof. by apply/eqP; rewrite eq_le maximum_least //= (below_maximum (fun=> c) i0). Qed.
Lemma maximum_shift c f : maximum i0 (fun i => c + f i) = c + maximum i0 f.
Proof.
apply/eqP; rewrite eq_le; apply/andP; split.
  by apply: maximum_least => i; rewrite ler_add2l below_maximum.
rewrite -ler_subr_addl; apply: maximum_least => i; rewrite ler_subr_addl; exact: (below_maximum (fun i => c + f i)).
Qed.
Lemma maximum_ge0 f : (forall i, 0 <= f i) -> 0 <= maximum i0 f.
Proof. by move=> h; exact: le_trans (h i0) (below_maximum f i0). Qed.
End Maximum.

Section OverTrajectories.
Variables (S A : Type) (ss : seq S) (aa : seq A) (s0 : S) (a0 : A).
Variables (rho : S -> K) (pi : A -> S -> K) (P : S -> S -> A -> K).
Hypothesis rho_ge0 : forall u, 0 <= rho u.
Hypothesis pi_ge0 : forall v u, 0 <= pi v u.
Hypothesis P_ge0 : forall u w v, 0 <= P u w v.
Implicit Types X Y : (Z -> S) -> (Z -> A) -> K.

Lemma chance_ge0 q (c : S + A) e : 0 <= chance rho pi P q c e.
Proof. by case: c => [u|v] /=; case: (Z.odd q) => //; case: Z.eqb. Qed.
Lemma expect_le T X Y : (forall s a, X s a <= Y s a) ->
  expect ss aa s0 a0 rho pi P T X <= expect ss aa s0 a0 rho pi P T Y.
Proof. by move=> h; apply: run_le => // *; exact: chance_ge0. Qed.
Lemma given_le T p X Y s a : (forall s a, X s a <= Y s a) ->
  given ss aa rho pi P T p X s a <= given ss aa rho pi P T p Y s a.
Proof. by move=> h; apply: run_le => // *; exact: chance_ge0. Qed.
Lemma expect_ge0 T X : (forall s a, 0 <= X s a) -> 0 <= expect ss aa s0 a0 rho pi P T X.
Proof. by move=> h; have := @expect_le T (fun _ _ => 0) X h; rewrite expect_zero. Qed.
Lemma given_ge0 T p X s a : (forall s a, 0 <= X s a) -> 0 <= given ss aa rho pi P T p X s a.
Proof. by move=> h; have := @given_le T p (fun _ _ => 0) X s a h; rewrite given_zero. Qed.
Lemma path_ge0 T s a : 0 <= path rho pi P T s a.
Proof. by apply: mulr_ge0 => //; apply: prod_ge0 => k; apply: mulr_ge0. Qed.
Lemma paths_le T X Y : (forall s a, X s a <= Y s a) -> paths ss aa s0 a0 T X <= paths ss aa s0 a0 T Y.
Proof. by move=> h; apply: run_le => // q c e; rewrite /one; case: ifP => _; [exact: ler01 | exact: lexx]. Qed.
End OverTrajectories.

Section OverSamples.
Variables (V : Type) (xs : seq V) (x0 : V) (p : V -> K).
Hypothesis p_ge0 : forall u, 0 <= p u.
Lemma samples_le N (X Y : (Z -> V) -> K) : (forall d, X d <= Y d) -> samples xs x0 p N X <= samples xs x0 p N Y.
Proof. by move=> h; apply: run_le => // q c e; exact: p_ge0. Qed.
Lemma samples_ge0 N (X : (Z -> V) -> K) : (forall d, 0 <= X d) -> 0 <= samples xs x0 p N X.
Proof. by move=> h; have := @samples_le N (fun=> 0) X h; rewrite samples_zero. Qed.
End OverSamples.

Section Logarithm.
Variable C : calculus K.

Lemma ex_le x y : x <= y -> ex C x <= ex C y.
Proof.
move=> h; have e : y = x + (y - x) by rewrite addrC subrK.
rewrite e ex_add -[X in X <= _]mulr1; apply: mul_le; first exact: ltW (ex_gt0 C x).
have := ln_le C (ex_gt0 C (y - x)); rewrite ln_ex -subr_ge0 => k.
have : 0 <= (ex C (y - x) - 1 - (y - x)) + (y - x) by apply: addr_ge0 => //; rewrite subr_ge0.
by rewrite subrK subr_ge0.
Qed.
End Logarithm.
End Order.
